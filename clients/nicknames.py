"""Short forms of given names, English and Spanish, and a few of Russian. A line is a group: each is taken for any other of it."""

from __future__ import annotations

_GROUPS = """
abigail abby gail
alejandro alex ale sandro
alejandra alex ale sandra
alexander alex sasha xander
alexandra alex sasha lexi sandra
alfredo fredo alfredito
andrew andy drew
andres andresito
anthony tony
antonio tono toni tony
antonia toni
benjamin ben benny benji
beatriz bea betty
catherine katherine kathryn cathy kathy kate katie kat
charles charlie chuck carlos
carlos carlitos
christopher chris topher kit
christina cristina chris tina cris
concepcion concha conchita
consuelo chelo
daniel dan danny dani
daniela dani
david dave davey
dolores lola
eduardo edward eddie ed lalo
elizabeth liz beth betsy lizzie eliza lisa isabel
emily emmy em
enrique kike quique
ernesto neto
fernando nando fer
francisco paco pancho panchito fran frank
francisca paquita fran
gabriel gabe gabi
gabriela gabi
gregory greg
guadalupe lupe lupita
guillermo memo william
gustavo gus tavo
humberto beto
alberto beto
roberto beto robert
ignacio nacho
isabel isabella chabela isa bella
jacob jake
james jim jimmy jamie
javier javi
jennifer jen jenny
jesus chuy chucho
jessica jess jessie
john jack johnny jon
jonathan jon john
jose pepe josep
joseph joe joey
josefina pepa fina josefa
joshua josh
juan juanito
kimberly kim
lawrence larry
leonardo leo leonard
luis lucho
luisa lucha
manuel manny manolo
manuela manny
margaret maggie meg peggy
margarita margo rita
maria mari marie
matthew matt
mateo teo
maximilian max
maximiliano max
megan meg
melissa mel missy
mercedes meche
michael mike mikey mick
miguel miguelito
nathaniel nathan nate
nicholas nick nico nicolas
olivia liv livvy
pablo pablito paul
patricia pat patty tricia pati
patrick pat paddy
pedro perico peter
rafael rafa
ramon moncho
rebecca becca becky
refugio cuca
ricardo rico richard
richard rick dick ricky rich
robert bob rob bobby robbie
rosario chayo
rosa rosita
samuel sam sammy
samantha sam sammy
santiago santi diego chago
sean shawn shaun
sebastian seb bastian sebas
socorro coco
sofia sophia sophie sofi
stephen steven steve
susan sue susie suzanne
susana susi
teresa tere teresita theresa
thomas tom tommy
timothy tim timmy
valentina vale
veronica vero
victoria vicky tori vic
vicente chente
william bill billy will liam
xavier javier
yolanda yoli
zachary zach zack
alan al
albert al bert
alexis lexi
alicia licha
allison allie ally
amanda mandy
ana anita
arthur art
arturo turo
barbara barb
bradley brad
caroline carrie
cassandra cassie
charlotte charlie lottie
deborah deb debbie
dominic dom nick
donald don donnie
dorothy dot dottie
douglas doug
eleanor ellie nora
elena nena
emilio milo
eugene gene
evelyn evie
federico fede
felipe pipe
frances fran franny
francis frank
frederick fred freddie
gabrielle gabby
geoffrey jeff
gerald jerry
gerardo gera
gilberto beto
graciela chela
gregorio goyo
gwendolyn gwen
harold hal harry
henry hank harry
isabelle izzy belle
isidro chilo
jacqueline jackie
jasmine jazz
jeremiah jeremy jerry
jillian jill
joaquin quino
josemaria chema
josephine josie
judith judy
julian jules
kenneth ken kenny
laura lala
leonard leo lenny
leticia lety
louis lou louie
lourdes lulu
lucia lucy
madeline maddie
mackenzie kenzie
mariafernanda marifer
mariaisabel maribel
mariajose majo
mariateresa maite
mauricio mau
maxwell max
melanie mel
michelle shelly
mitchell mitch
mohammed mo
natalie nat
octavio tavo
oliver ollie
pamela pam
patricio pato
penelope penny
peter pete
philip phil
rachel rach
raymond ray
reginald reggie
reynaldo rey
rodolfo fito
rodrigo rodri
ronald ron ronnie
rosemary rosie
russell russ
salvador chava
sarah sally
sergio checo
stephanie steph
terence terrence terry
theodore theo ted teddy
tobias toby
trinidad trini
valerie val
vincent vince vinny
virginia ginny
walter walt wally
wesley wes
aleksandr alexander sasha
alexei aleksei alyosha lyosha
anastasia nastya
dmitri dmitry dima
ekaterina katya catherine
ivan vanya
mikhail misha
natalia natasha
nikolai kolya
sergei sergey seryozha
vladimir vova volodya
"""

_OF: dict[str, set[int]] = {}
for number, line in enumerate(_GROUPS.split("\n")):
    for word in line.split():
        _OF.setdefault(word, set()).add(number)

GIVEN = frozenset(_OF)


def same_person_name(one: str, other: str) -> bool:
    """Whether two given names, in lower case and without accents, stand in one group."""
    return bool(_OF.get(one, set()) & _OF.get(other, set()))
