"""Short forms of given names, English and Spanish. A line is a group: each is taken for any other of it."""

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
"""

_OF: dict[str, set[int]] = {}
for number, line in enumerate(_GROUPS.split("\n")):
    for word in line.split():
        _OF.setdefault(word, set()).add(number)

GIVEN = frozenset(_OF)


def same_person_name(one: str, other: str) -> bool:
    """Whether two given names, in lower case and without accents, stand in one group."""
    return bool(_OF.get(one, set()) & _OF.get(other, set()))
