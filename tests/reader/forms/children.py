"""Invented children whose IEPs are set on invented forms, with what a reader should find."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class G:
    area: str
    text: str
    baseline: str | None
    condition: str | None
    behavior: str | None
    criterion: str | None
    timeframe: str | None
    method: str | None


@dataclass(frozen=True)
class S:
    name: str
    kind: str
    minutes: float | None
    sessions: float | None
    per: str | None  # week | month | day | quarter …
    place: str
    who: str

    @property
    def weekly(self) -> float | None:
        weeks = {"day": 0.2, "week": 1, "month": 4, "quarter": 9}
        if self.minutes is None or self.per is None:
            return None
        return round(self.minutes * (self.sessions or 1) / weeks[self.per], 2)


@dataclass(frozen=True)
class Child:
    name: str
    dob: tuple[int, int, int]
    grade: str
    number: str
    school: str
    district: str
    meeting: tuple[int, int, int]
    start: tuple[int, int, int]
    end: tuple[int, int, int]
    reevaluation: tuple[int, int, int]
    primary: str
    secondary: str | None
    team: list[tuple[str, str]]  # role, name
    levels: dict[str, tuple[str, list[str]]]
    factors: dict[str, bool]
    goals: list[G]
    services: list[S]
    accommodations: list[str]
    modifications: list[str]
    tests: list[str]
    test_supports: list[str]
    percent: int
    reason: str | None
    esy: bool
    esy_reason: str
    progress: str
    postsecondary: list[tuple[str, str]] = field(default_factory=list)
    told: str | None = None
    courses: str | None = None
    defects: list[str] = field(default_factory=list)


def iso(day: tuple[int, int, int]) -> str:
    return f"{day[0]:04d}-{day[1]:02d}-{day[2]:02d}"


def truth(child: Child, **changes: Any) -> dict[str, Any]:
    """What a reader should find, in the samples' schema."""
    goals = []
    for number, goal in enumerate(child.goals, start=1):
        parts = {
            "baseline": goal.baseline,
            "condition": goal.condition,
            "behavior": goal.behavior,
            "criterion": goal.criterion,
            "timeframe": goal.timeframe,
            "measurement": goal.method,
        }
        goals.append(
            {
                "number": str(number),
                "area": goal.area,
                "text": goal.text,
                **parts,
                "is_measurable": goal.behavior is not None and goal.criterion is not None,
                "missing_parts": [name for name, value in parts.items() if value is None],
                "objectives": [],
            }
        )
    services = [
        {
            "name": s.name,
            "kind": s.kind,
            "minutes": s.minutes,
            "per": s.per,
            "sessions": s.sessions,
            "minutes_per_week": s.weekly,
            "location": s.place,
            "start": iso(child.start),
            "end": iso(child.end),
            "provider": s.who,
        }
        for s in child.services
    ]
    age_at_end = child.end[0] - child.dob[0] - ((child.end[1], child.end[2]) < (child.dob[1], child.dob[2]))
    found: dict[str, Any] = {
        "document_kind": "iep",
        "state_style": None,
        "student": {
            "name": child.name,
            "dob": iso(child.dob),
            "grade": child.grade,
            "student_id": child.number,
        },
        "school": child.school,
        "district": child.district,
        "meeting_date": iso(child.meeting),
        "iep_start": iso(child.start),
        "iep_end": iso(child.end),
        "annual_review_due": iso(child.end),
        "reevaluation_due": iso(child.reevaluation),
        "eligibility": {
            "categories": [child.primary, *([child.secondary] if child.secondary else [])],
            "primary": child.primary,
        },
        "team": [{"role": role, "name": name} for role, name in child.team],
        "present_levels": {area: words for area, (_, words) in child.levels.items()},
        "goals": goals,
        "services": services,
        "accommodations": child.accommodations,
        "modifications": child.modifications,
        "assessments": {
            "participation": "regular_with_accommodations" if child.test_supports else "regular",
            "state_tests": child.tests,
            "alternate": False,
            "accommodations": child.test_supports,
        },
        "lre": {"percent_general_education": child.percent, "explanation_present": child.reason is not None},
        "esy": {"considered": True, "eligible": child.esy},
        "transition": {
            "present": bool(child.postsecondary),
            "required": age_at_end >= 16,
            "postsecondary_goals": [{"area": area, "text": text} for area, text in child.postsecondary],
        },
        "transfer_of_rights_present": True if child.told else (False if age_at_end >= 17 else None),
        "progress_reporting": {"present": True, "frequency": child.progress},
        "special_factors": dict(child.factors),
        "defects": [{"component_id": name} for name in child.defects],
    }
    found.update(changes)
    return found


FACTORS = {
    "behavior": False,
    "english_learner": False,
    "visual_impairment": False,
    "deaf_hard_of_hearing": False,
    "communication": False,
    "assistive_technology": False,
}

RUBY = Child(
    name="Ruby Castellanos-Wright",
    dob=(2016, 7, 9),
    grade="3",
    number="7734102",
    school="Larkspur Elementary School",
    district="Stillwater Bend School District",
    meeting=(2025, 10, 2),
    start=(2025, 10, 6),
    end=(2026, 10, 1),
    reevaluation=(2027, 2, 11),
    primary="Specific Learning Disability",
    secondary="Speech or Language Impairment",
    team=[
        ("Parent", "Ana Castellanos"),
        ("Parent", "Peter Wright"),
        ("General Education Teacher", "Kay Lindholm"),
        ("Special Education Teacher", "Omar Haddad"),
        ("LEA Representative", "Joan Birdsong"),
        ("Speech-Language Pathologist", "Mina Choi"),
        ("School Psychologist", "Dr. Lewis Amadi"),
    ],
    levels={
        "reading": (
            "Ruby reads 41 words correct per minute on a second grade passage. She guesses at vowel teams.",
            ["41 words correct per minute", "vowel teams"],
        ),
        "writing": (
            "Ruby writes two sentences with a picture prompt and omits end punctuation in most of them.",
            ["two sentences", "punctuation"],
        ),
        "communication": (
            "Ruby leaves out past tense endings in about half of her sentences.",
            ["past tense"],
        ),
    },
    factors={**FACTORS, "communication": True},
    goals=[
        G(
            "Reading Fluency",
            "By October 1, 2026, given an unpracticed third grade passage, Ruby will read aloud 85 words correct per "
            "minute with 95% accuracy on 3 consecutive weekly probes.",
            "41 words correct per minute with 88% accuracy on a second grade passage",
            "given an unpracticed third grade passage",
            "read aloud",
            "85 words correct per minute with 95% accuracy on 3 consecutive weekly probes",
            "By October 1, 2026",
            "Weekly oral reading probes",
        ),
        G(
            "Written Expression",
            "By October 1, 2026, when given a story starter and a checklist, Ruby will write five complete sentences "
            "with end punctuation in 4 out of 5 writing samples.",
            "Two sentences, with end punctuation in 1 out of 5 samples",
            "when given a story starter and a checklist",
            "write five complete sentences with end punctuation",
            "4 out of 5 writing samples",
            "By October 1, 2026",
            "Writing samples scored by the special education teacher",
        ),
        G(
            "Expressive Language",
            "By October 1, 2026, during structured conversation, Ruby will use regular past tense verbs with 80% "
            "accuracy across 3 sessions.",
            "48% accuracy in a 50-utterance language sample",
            "during structured conversation",
            "use regular past tense verbs",
            "80% accuracy across 3 sessions",
            "By October 1, 2026",
            "Speech-language pathologist data sheets",
        ),
    ],
    services=[
        S(
            "Specially designed instruction in reading",
            "special_education",
            45,
            4,
            "week",
            "Resource room",
            "Special education teacher",
        ),
        S(
            "Specially designed instruction in writing",
            "special_education",
            30,
            3,
            "week",
            "General education classroom",
            "Special education teacher",
        ),
        S("Speech-language therapy", "related", 30, 2, "week", "Speech room", "Speech-language pathologist"),
        S(
            "Occupational therapy consultation",
            "related",
            20,
            1,
            "month",
            "General education classroom",
            "Occupational therapist",
        ),
    ],
    accommodations=[
        "Directions read aloud and repeated",
        "Extra time of 50% on written work",
        "Word bank for writing tasks",
        "Seat close to the teacher",
        "Audio versions of chapter books",
    ],
    modifications=["Spelling list shortened to eight words"],
    tests=["State Reading Assessment Grade 3", "State Mathematics Assessment Grade 3"],
    test_supports=["Extended time", "Small group", "Read aloud of directions"],
    percent=82,
    reason="Ruby leaves her class for reading and speech because she needs instruction in a small, quiet group that cannot be given in the general education classroom even with supports.",
    esy=False,
    esy_reason="Data after winter break show that skills were regained within two weeks.",
    progress="quarterly, with report cards",
)

JONAH = Child(
    name="Jonah Okonjo",
    dob=(2009, 3, 22),
    grade="11",
    number="2048861",
    school="Cedar Gap High School",
    district="Cedar Gap Public Schools",
    meeting=(2025, 9, 16),
    start=(2025, 9, 22),
    end=(2026, 9, 15),
    reevaluation=(2028, 1, 20),
    primary="Autism",
    secondary=None,
    team=[
        ("Parent", "Grace Okonjo"),
        ("Student", "Jonah Okonjo"),
        ("General Education Teacher", "Will Santoro"),
        ("Special Education Teacher", "Dina Petrov"),
        ("District Representative", "Harold Quist"),
        ("Transition Coordinator", "Bea Nakamura"),
    ],
    levels={
        "math": (
            "Jonah solves two-step equations with 70% accuracy when steps are listed.",
            ["two-step equations"],
        ),
        "behavior": (
            "Jonah leaves the room about three times a week when the noise rises; headphones help.",
            ["leaves the room", "headphones"],
        ),
        "transition": ("An interest inventory of May 2025 shows a strong interest in animals.", ["animals"]),
    },
    factors={**FACTORS, "behavior": True, "assistive_technology": True},
    goals=[
        G(
            "Self-Regulation",
            "Within 36 weeks, when noise or a change of plan upsets him, Jonah will ask for a break with his card in "
            "80% of opportunities over 4 consecutive weeks.",
            "Asks for a break in 25% of opportunities",
            "when noise or a change of plan upsets him",
            "ask for a break with his card",
            "80% of opportunities over 4 consecutive weeks",
            "Within 36 weeks",
            "Daily tally by the paraprofessional",
        ),
        G(
            "Mathematics",
            "Within 36 weeks, given a calculator and a price list, Jonah will work out the total cost and change in 9 "
            "of 10 purchases.",
            "Works out the change in 4 of 10 purchases",
            "given a calculator and a price list",
            "work out the total cost and change",
            "9 of 10 purchases",
            "Within 36 weeks",
            "Work samples, every two weeks",
        ),
        G(
            "Social Skills",
            "Jonah will improve his social skills with peers.",
            None,
            None,
            None,
            None,
            None,
            "Teacher report form",
        ),
    ],
    services=[
        S(
            "Special education instruction: mathematics",
            "special_education",
            50,
            5,
            "week",
            "Special education classroom",
            "Special education teacher",
        ),
        S("Social work services", "related", 30, 1, "week", "Counseling office", "School social worker"),
        S(
            "Paraprofessional support",
            "supplementary",
            120,
            1,
            "day",
            "General education classroom",
            "Paraprofessional",
        ),
        S("Psychological services", "related", None, None, None, "Counseling office", "School psychologist"),
    ],
    accommodations=[
        "Noise-reducing headphones",
        "Written schedule with changes marked",
        "Break card honored at once",
        "Tests in a quiet room",
    ],
    modifications=[],
    tests=["State Grade 11 English Test", "State Grade 11 Mathematics Test"],
    test_supports=["Quiet room", "Frequent breaks"],
    percent=64,
    reason="Jonah is removed for mathematics because he requires a slower pace and practice with real materials that the regular class cannot give.",
    esy=True,
    esy_reason="The team found that he loses break-taking skills over the summer and needs more than six weeks to regain them.",
    progress="every nine weeks",
    postsecondary=[
        (
            "education/training",
            "After high school, Jonah will complete a certificate in animal care at a community college.",
        ),
        ("employment", "After completing training, Jonah will work part time at an animal shelter."),
        ("independent living", "After high school, Jonah will use public transportation to go to work."),
    ],
    told="On 09/16/2025 Jonah and his mother were informed that his rights under IDEA will transfer to him at age 18.",
    courses="Biology, Consumer Mathematics, English 11, Work Experience",
    defects=["annual_goals_academic_functional", "plaafp", "service_details"],
)

LUCIA = Child(
    name="Lucía Benítez Salas",
    dob=(2017, 5, 3),
    grade="2",
    number="5511870",
    school="Escuela Primaria Los Robles",
    district="Distrito Escolar Unificado de Valle Verde",
    meeting=(2025, 11, 6),
    start=(2025, 11, 10),
    end=(2026, 11, 5),
    reevaluation=(2027, 4, 18),
    primary="Impedimento del habla o lenguaje",
    secondary=None,
    team=[
        ("Madre", "Rosa Salas Prieto"),
        ("Maestra de educación general", "Irene Montes"),
        ("Maestro de educación especial", "Julio Cárdenas"),
        ("Representante del distrito", "Elena Fuentes"),
        ("Patóloga del habla y lenguaje", "Noemí Vargas"),
    ],
    levels={
        "lectura": (
            "Lucía lee 30 palabras por minuto en un texto de primer grado.",
            ["30 palabras por minuto"],
        ),
        "comunicación": (
            "Lucía usa oraciones de tres palabras y omite los artículos.",
            ["oraciones de tres palabras"],
        ),
    },
    factors={**FACTORS, "english_learner": True, "communication": True},
    goals=[
        G(
            "Lenguaje expresivo",
            "Para el 5 de noviembre de 2026, dada una lámina y una pregunta, Lucía formará oraciones completas de seis "
            "palabras con 80% de precisión en 3 sesiones consecutivas.",
            "Usa oraciones de tres palabras en 7 de 10 respuestas",
            "dada una lámina y una pregunta",
            "formará oraciones completas de seis palabras",
            "80% de precisión en 3 sesiones consecutivas",
            "Para el 5 de noviembre de 2026",
            "Muestras de lenguaje mensuales",
        ),
        G(
            "Lectura",
            "Para el 5 de noviembre de 2026, dado un texto de segundo grado, Lucía leerá en voz alta 70 palabras por "
            "minuto en 4 de 5 lecturas.",
            "30 palabras por minuto en un texto de primer grado",
            "dado un texto de segundo grado",
            "leerá en voz alta",
            "70 palabras por minuto en 4 de 5 lecturas",
            "Para el 5 de noviembre de 2026",
            "Lecturas cronometradas cada semana",
        ),
    ],
    services=[
        S(
            "Terapia del habla y lenguaje",
            "related",
            30,
            2,
            "week",
            "Salón de terapia",
            "Patóloga del habla y lenguaje",
        ),
        S(
            "Instrucción especializada en lectura",
            "special_education",
            40,
            4,
            "week",
            "Salón de recursos",
            "Maestro de educación especial",
        ),
    ],
    accommodations=[
        "Tiempo adicional en las pruebas",
        "Instrucciones repetidas con dibujos",
        "Asiento cerca de la maestra",
    ],
    modifications=[],
    tests=[],
    test_supports=[],
    percent=85,
    reason="Lucía sale del aula general porque necesita instrucción en grupo pequeño y en un lugar tranquilo.",
    esy=False,
    esy_reason="Los datos no muestran regresión.",
    progress="cada trimestre, con la boleta de calificaciones",
)

TESSA = Child(
    name="Tessa Marie Whitcomb",
    dob=(2012, 1, 17),
    grade="8",
    number="100284417",
    school="Pine Hollow Middle School",
    district="Marlow County Schools",
    meeting=(2025, 3, 11),
    start=(2025, 3, 17),
    end=(2026, 3, 10),
    reevaluation=(2024, 12, 4),
    primary="Intellectual Disability",
    secondary="Hearing Impairment",
    team=[
        ("Mother", "Carol Whitcomb"),
        ("Special Education Teacher", "Aaron Pell"),
        ("Regular Education Teacher", "Simone Duarte"),
        ("LEA Representative", "Dr. Vernon Ashe"),
        ("Teacher of the Deaf and Hard of Hearing", "Lyle Brandvold"),
        ("Occupational Therapist", "Priscilla Noor"),
    ],
    levels={
        "reading": (
            "Tessa reads 38 of 100 functional sight words and matches them to pictures.",
            ["38 of 100", "sight words"],
        ),
        "math": ("She counts out up to ten objects with two or fewer errors.", ["ten objects"]),
        "daily living": (
            "Tessa needs three verbal prompts to make a simple snack.",
            ["three verbal prompts", "snack"],
        ),
        "hearing": (
            "She wears two hearing aids and uses an FM system in class.",
            ["hearing aids", "FM system"],
        ),
    },
    factors={**FACTORS, "deaf_hard_of_hearing": True, "communication": True, "assistive_technology": True},
    goals=[
        G(
            "Functional Reading",
            "Given a set of 25 community words on cards, Tessa will read each word aloud or sign it with 90% accuracy "
            "on 3 consecutive data days by March 2026.",
            "38% of the words (38 of 100)",
            "Given a set of 25 community words on cards",
            "read each word aloud or sign it",
            "90% accuracy on 3 consecutive data days",
            "by March 2026",
            "Teacher data sheet, weekly",
        ),
        G(
            "Daily Living",
            "During snack preparation, Tessa will complete all five steps of a picture recipe with no more than 1 prompt "
            "in 4 of 5 sessions by March 2026.",
            "Completes 2 of 5 steps with three prompts",
            "During snack preparation",
            "complete all five steps of a picture recipe",
            "no more than 1 prompt in 4 of 5 sessions",
            "by March 2026",
            "Task analysis checklist",
        ),
        G(
            "Self-Advocacy",
            "When her hearing aid or FM system does not work, Tessa will tell an adult within 2 minutes on 8 out of 10 "
            "occasions by March 2026.",
            None,
            "When her hearing aid or FM system does not work",
            "tell an adult within 2 minutes",
            "8 out of 10 occasions",
            "by March 2026",
            None,
        ),
    ],
    services=[
        S(
            "Functional academics",
            "special_education",
            180,
            1,
            "day",
            "Self-contained classroom",
            "Special education teacher",
        ),
        S(
            "Deaf/hard of hearing services",
            "special_education",
            45,
            2,
            "week",
            "Resource room",
            "Teacher of the deaf",
        ),
        S("Occupational therapy", "related", 60, 1, "month", "Therapy room", "Occupational therapist"),
        S("Educational audiology", "related", 30, 1, "quarter", "Clinic", "Audiologist"),
    ],
    accommodations=[
        "FM system in all classes",
        "Seat facing the speaker",
        "Picture directions",
        "Checks for understanding after each direction",
    ],
    modifications=["Content reduced to key concepts", "Alternate grading scale"],
    tests=["Alternate Assessment Reading", "Alternate Assessment Mathematics"],
    test_supports=[],
    percent=35,
    reason=None,
    esy=True,
    esy_reason="Records of the last two summers show regression of sight words and a long time to recoup them.",
    progress="every nine weeks, with report cards",
    defects=[
        "plaafp",
        "progress_measurement",
        "nonparticipation_explanation",
        "triennial_reevaluation",
        "alternate_assessment_statement",
        "benchmarks_objectives",
        "benchmarks_objectives",
        "benchmarks_objectives",
    ],
)

FINN = Child(
    name="Finn O'Dell",
    dob=(2021, 6, 30),
    grade="PK",
    number="55-20417",
    school="Harbor Light Preschool Center",
    district="Tidewater Area School District",
    meeting=(2025, 8, 20),
    start=(2025, 8, 25),
    end=(2026, 8, 19),
    reevaluation=(2028, 5, 30),
    primary="Developmental Delay",
    secondary=None,
    team=[
        ("Parent", "Maura O'Dell"),
        ("Parent", "Sean O'Dell"),
        ("Early Childhood Special Education Teacher", "Wendy Kaplan"),
        ("General Education Preschool Teacher", "Ines Robles"),
        ("Administrator", "Clifton Meeks"),
        ("Speech-Language Pathologist", "Jody Amundsen"),
    ],
    levels={
        "communication": (
            "Finn uses about 40 words and two-word phrases when he is calm.",
            ["40 words", "two-word phrases"],
        ),
        "social": ("He plays beside other children and takes a toy back by pulling.", ["plays beside"]),
        "motor": ("Finn snips with scissors and holds a crayon in his fist.", ["snips", "fist"]),
    },
    factors={**FACTORS, "behavior": True, "communication": True},
    goals=[
        G(
            "Communication",
            "By August 2026, during play with a peer, Finn will use three-word phrases to ask or answer 10 times in a "
            "20-minute sample on 3 consecutive samples.",
            "Two-word phrases 4 times in a 20-minute sample",
            "during play with a peer",
            "use three-word phrases to ask or answer",
            "10 times in a 20-minute sample on 3 consecutive samples",
            "By August 2026",
            "Monthly language samples by the speech-language pathologist",
        ),
        G(
            "Social/Emotional",
            "By August 2026, with one verbal reminder, Finn will trade or wait for a toy without pulling in 4 of 5 "
            "observed chances across 2 weeks.",
            "Waits in 1 of 5 observed chances",
            "with one verbal reminder",
            "trade or wait for a toy without pulling",
            "4 of 5 observed chances across 2 weeks",
            "By August 2026",
            "Observation tally, twice weekly",
        ),
    ],
    services=[
        S(
            "Early childhood special education",
            "special_education",
            90,
            4,
            "week",
            "Integrated preschool classroom",
            "Early childhood special education teacher",
        ),
        S("Speech/language", "related", 20, 3, "week", "Preschool classroom", "Speech-language pathologist"),
        S("Occupational therapy", "related", 30, 2, "month", "Preschool classroom", "Occupational therapist"),
    ],
    accommodations=["Visual schedule", "First/then pictures", "Adapted scissors"],
    modifications=[],
    tests=[],
    test_supports=[],
    percent=90,
    reason="Finn leaves the group for speech twice a week since new sounds need to be taught in a quiet place before he can use them in the classroom.",
    esy=False,
    esy_reason="No regression was seen after spring break.",
    progress="each trimester",
)
