from reader.layout import Passage, Place, Word
from reader.lines import lines_of, passage_of


def words(text, *, top=0.0, page=1):
    found, left = [], 10.0
    for token in text.split():
        found.append(Word(token, page, (left, top, left + 5 * len(token), top + 10)))
        left += 5 * len(token) + 3
    return found


def test_a_cut_passage_keeps_the_places_of_its_words():
    passage = Passage.of(words("Baseline: reads 41 words"))

    part = passage.cut(passage.text.index("reads"))

    assert part.text == "reads 41 words"
    assert [word.text for word in part.words] == ["reads", "41", "words"]
    assert part.places() == (Place(1, (58.0, 0.0, 124.0, 10.0)),)


def test_each_printed_line_has_a_rectangle():
    passage = Passage.join(
        [Passage.of(words("one two")), Passage.of(words("three", top=14)), Passage.of(words("four", page=2))],
        "\n",
    )

    assert [(place.page, place.box[1]) for place in passage.places()] == [(1, 0.0), (1, 14.0), (2, 0.0)]


def test_splitting_and_stripping_keep_words():
    passage = Passage.of(words("a ; b c ;"))

    assert [[word.text for word in part.words] for part in passage.split(";")] == [["a"], ["b", "c"]]


def test_wide_gaps_part_a_line():
    row = [*words("Name: Ruby"), Word("Grade:", 1, (300, 0, 330, 10)), Word("3", 1, (334, 0, 339, 10))]

    assert [piece.text for piece in lines_of(row)[0].pieces] == ["Name: Ruby", "Grade: 3"]
    assert passage_of(row).text == "Name: Ruby\tGrade: 3"
