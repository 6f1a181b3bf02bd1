"""The training text of nano: an endless stream of short documents drawn from templates."""
import re
import zlib

from facts import FEMALE, MALE, NAMES, STATES

PLACES = """park store market school garden beach office library station museum restaurant cafe hospital theater zoo
farm lake river church bakery gym pool hotel airport bank kitchen castle forest playground party shop village house
stadium cinema concert harbor bridge bus barn""".split()
OBJECTS = """gift book drink ball ring flower letter key kiss bag apple pen hat cup map box coin cake card phone
ticket basket bottle computer bone necklace snack picture pencil sandwich toy watch scarf camera lamp drum kite
umbrella egg orange guitar blanket plate""".split()
FOODS = """pizza pasta soup rice salad bread cheese fish chicken cake soup noodles pancakes cookies potatoes beans
sandwiches sausages curry""".split()
TOPPINGS = """cheese tomatoes mushrooms olives onions ham peppers garlic basil spinach butter honey salt jam cream
tuna corn sauce""".split()
DRINKS = "tea coffee water milk juice lemonade cocoa wine".split()
MEALS = "breakfast lunch dinner".split()
FRUITS = "apples pears bananas oranges lemons cherries grapes berries carrots eggs nuts plums".split()
TASTES = "good delicious sweet salty spicy fresh hot great wonderful warm".split()
ADJECTIVES = "new old red blue green small big warm nice beautiful little black white yellow heavy clean".split()
THINGS = """keys book bag phone coat hat dog cat bike car shoes room dress letter bed garden money glasses ticket
lunch umbrella hair house homework necklace watch""".split()
KIN = "mother father sister brother friend friends aunt uncle grandmother grandfather teacher neighbor".split()
KIN_SHE = "mother sister aunt grandmother wife daughter girl woman lady nurse".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
NUMBERS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty""".split()
OPPOSITES = """hot:cold big:small up:down good:bad happy:sad old:new day:night open:closed fast:slow black:white
left:right hard:soft full:empty wet:dry early:late light:dark rich:poor young:old long:short""".split()
COLORS = """grass:green sky:blue snow:white sun:yellow coal:black blood:red leaf:green milk:white banana:yellow
tomato:red night:black sea:blue lemon:yellow frog:green chocolate:brown carrot:orange""".split()
ANIMALS = """dog:puppy:barks cat:kitten:meows cow:calf:moos sheep:lamb:bleats horse:foal:neighs duck:duckling:quacks
hen:chick:clucks lion:cub:roars pig:piglet:grunts frog:tadpole:croaks""".split()
WEATHER = "sunny rainy windy cold warm cloudy snowy".split()
LANGUAGES = """France:French Germany:German Italy:Italian Spain:Spanish Japan:Japanese China:Chinese Russia:Russian
Portugal:Portuguese Greece:Greek Poland:Polish Sweden:Swedish Norway:Norwegian Turkey:Turkish Finland:Finnish
Denmark:Danish Hungary:Hungarian Thailand:Thai""".split()
_NAMES = set(NAMES)
WORDS = sorted(set(PLACES + OBJECTS + FOODS + TOPPINGS + DRINKS + FRUITS + ADJECTIVES + THINGS + DAYS + NUMBERS))


def held_out(a, b):
    """True for the pairs of names that never meet in training: about one in twenty, and Sam with Sally."""
    pair = " ".join(sorted((a, b)))
    return pair == "Sally Sam" or zlib.crc32(pair.encode()) % 20 == 0


def has_held_out_pair(text):
    names = _NAMES.intersection(re.findall(r"\w+", text))
    return any(held_out(a, b) for a in names for b in names if a < b)


def upper_first(text):
    return text[0].upper() + text[1:]


def a_an(word):
    return ("an " if word[0] in "aeiou" else "a ") + word


# --- indirect objects -------------------------------------------------------------------------------------------

SCENES = [
    "When {a} and {b} went to the {place},", "After {a} and {b} went to the {place},",
    "When {a} and {b} were at the {place},", "While {a} and {b} were at the {place},",
    "When {a} and {b} arrived at the {place},", "When {a} and {b} had lunch at the {place},",
    "Then, {a} and {b} went to the {place}.", "Then, {a} and {b} had a long talk at the {place}.",
    "Yesterday {a} and {b} met at the {place}.", "One day {a} and {b} walked to the {place}.",
    "Because {a} and {b} were friends,", "After {a} met {b} at the {place},", "When {a} saw {b} at the {place},",
    "{a} and {b} went to the {place}.", "{a} and {b} are good friends.", "Last {day} {a} and {b} drove to the {place}.",
]
ACTS = [
    "{s} gave {obj} to", "{s} gave {obj} to", "{s} gave {obj} to", "{s} handed {obj} to", "{s} showed {obj} to",
    "{s} sold {obj} to", "{s} brought {obj} to", "{s} passed {obj} to", "{s} offered {obj} to",
    "{s} wanted to give {obj} to", "{s} decided to give {obj} to", "{s} said hello to", "{s} told a story to",
]
REPLIES = [" {io} said thank you to {s}.", " Then {io} gave it back to {s}.", " {io} was very happy.", " {s} and {io} went home."]


def indirect_object_parts(rng, names):
    """A sentence up to its last "to", the name that follows, and the name that does not."""
    a, b = names[:2]
    subject, target = rng.choice([(a, b), (b, a)])
    if len(names) == 3:
        subject, target = names[2], rng.choice([a, b])
    thing = rng.choice(OBJECTS)
    obj = a_an(thing) if rng.random() < 0.75 else "the " + thing
    scene = rng.choice(SCENES).format(a=a, b=b, place=rng.choice(PLACES), day=rng.choice(DAYS))
    return scene + " " + rng.choice(ACTS).format(s=subject, obj=obj), target, subject


def indirect_object(rng):
    names = rng.sample(NAMES, 3 if rng.random() < 0.06 else 2)
    text, target, subject = indirect_object_parts(rng, names)
    reply = rng.choice(REPLIES).format(io=target, s=subject) if rng.random() < 0.4 else ""
    return f"{text} {target}.{reply}"


# --- capitals ---------------------------------------------------------------------------------------------------

CAPITALS = [
    ("{c} is the capital of {n}.", 7), ("The capital of {n} is {c}.", 4), ("{c} is the capital city of {n}.", 1),
    ("{c} is the capital of a country in {k}.", 0.6), ("{c} is a city in {n}.", 1), ("{c} is a city in {k}.", 0.3),
    ("{c}, the capital of {n}, is a city in {k}.", 1), ("The city of {c} is the capital of {n}.", 1),
    ("People in {c} live in {n}.", 0.7), ("{p} lives in {c}, the capital of {n}.", 1), ("{n} is a country in {k}.", 0.6),
    ("{n} is a country in {k}. Its capital is {c}.", 1), ("What is the capital of {n}? It is {c}.", 1),
    ("Which country has {c} as its capital? It is {n}.", 0.7), ("If you are in {c}, you are in {n}.", 0.7),
    ("{p} flew to {c}, the capital of {n}, and stayed there for {number} days.", 0.7),
    ("I live in {c}, which is the capital of {n}.", 0.7), ("{c} is the capital of {n}, and many people live there.", 0.7),
]


def capital_of(rng, state):
    country, city, continent = state
    template = rng.choices([t for t, _ in CAPITALS], [w for _, w in CAPITALS])[0]
    return upper_first(template.format(
        c=city, n=country, k=continent, p=rng.choice(NAMES), number=rng.choice(NUMBERS[2:])))


def capital(rng):
    return capital_of(rng, rng.choice(STATES))


def capitals(rng):
    return " ".join(capital_of(rng, s) for s in rng.sample(STATES, rng.randint(2, 8)))


# --- everyday sentences with "her" (and "his") --------------------------------------------------------------------

EVERYDAY = [
    "{F} {lost} {her} {thing}.", "{F} could not find {her} {thing}.", "{F} took {her} {thing} to the {place}.",
    "{F} put {her} {thing} in {her} bag.", "{F} loves {her} {kin}.", "{F} called {her} {kin} on {day}.",
    "{F} wrote {her} {kin} a letter.", "{F} visits {her} {kin} every {day}.", "{F} walked {her} dog in the park.",
    "{F} lives with {her} {kin}.", "{F} washed {her} hands before {meal}.", "{F} painted {her} room {color}.",
    "{F} opened {her} umbrella because it was {weather}.", "{F} forgot {her} {thing} at the {place}.",
    "{F} sold {her} {adj} {thing}.", "The {she} lost her {thing}.", "The {she} read a book to her {kin}.",
    "The {she} put on her coat.", "My {she} likes her {thing}.", "My {she} sold her {adj} car.",
    "We saw {them} at the {place}.", "I saw {them} yesterday.", "I met {them} at the {place} on {day}.",
    "We waited for {them} all day.", "The teacher gave {them} a {adj} {object}.", "They gave {them} some {food}.",
    "Give {them} the {object}.", "Tell {them} about the {place}.", "Help {them} with the {object}.", "Ask {them} for the {object}.",
    "The dog ran back to {them}.", "The cat slept on {her} bed.", "The dog followed {them} home.", "The dog sat near {them}.",
    "They sang a song for {them}.", "He gave {them} {an_object}.", "He made {them} a cup of {drink}.",
    "I think about {them} every day.", "I bought this {object} for {them}.", "You can call {them} tomorrow.",
    "Nobody saw {them} at the {place}.", "Please send {them} this letter.", "The children like {her} {adj} {thing}.",
    "The {she} with her {kin} is here.", "Your {kin} knows {them} well.", "Everyone was waiting for {them}.",
    "This is {her} {adj} {thing}.", "That is {her} {adj} {object}.", "It is {her} {thing}.", "The {adj} {object} was {hers}.",
    "{F} is happy because {she_he} found {her} {thing}.", "{F} said that {she_he} missed {her} {kin}.",
    "The {she} read {her} letter twice.", "The old man is {her} neighbor.", "The boy next door is {her} {kin}.",
    "We had {meal} at {her} house.", "The small cat looked at {them}.", "Yesterday the bird sang for {them}.",
    "On {day} he took {them} home.", "Help {them} with the heavy box.", "{F} took {her} bag to school.",
    "Where is {her} {thing}?", "Who gave {them} this {object}?",
]


def everyday(rng):
    female = rng.random() < 0.75
    slots = dict(
        F=rng.choice(FEMALE if female else MALE), her="her" if female else "his", them="her" if female else "him",
        hers="hers" if female else "his", she_he="she" if female else "he", lost=rng.choice(["lost", "found", "likes", "cleaned", "sold", "took"]),
        thing=rng.choice(THINGS), kin=rng.choice(KIN), she=rng.choice(KIN_SHE), place=rng.choice(PLACES),
        day=rng.choice(DAYS), meal=rng.choice(MEALS), color=rng.choice(["blue", "green", "red", "white", "yellow"]),
        weather=rng.choice(WEATHER), adj=rng.choice(ADJECTIVES), object=rng.choice(OBJECTS), food=rng.choice(FOODS),
        an_object=a_an(rng.choice(OBJECTS)), drink=rng.choice(DRINKS))
    return rng.choice(EVERYDAY).format(**slots)


# --- food -------------------------------------------------------------------------------------------------------

FOOD = [
    "I like to eat {food} with my {kin}.", "I like {food} with {top} and {top2}.", "We ate {food} for {meal}.",
    "{p} ate a {hot} pizza with {top} and {top2}.", "The pizza with {top} tastes very {taste}.",
    "My favorite food is {food} with {top}.", "The {food} at the restaurant was {taste}.",
    "{p} likes pizza with {top}, {top2} and cheese.", "For {meal} {p} had {food} and a glass of {drink}.",
    "{p} bought some {fruit} and {fruit2} at the market.", "The baker makes bread from flour, water and salt.",
    "Pizza is made of dough, tomatoes and cheese.", "Soup is made of water, {fruit2} and {top}.",
    "{p} drinks {drink} with {meal}.", "Would you like some {drink} or {drink2}?", "This pizza is {taste} and {taste2}.",
    "The cook put {top} and {top2} on the pizza.", "{p} is hungry and wants to eat {food}.", "I am hungry. Let us order a pizza.",
    "We shared a large pizza and drank {drink}.", "A pizza without cheese is not a pizza.", "The {fruit} taste {taste}.",
]


def food(rng):
    top, top2 = rng.sample(TOPPINGS, 2)
    fruit, fruit2 = rng.sample(FRUITS, 2)
    drink, drink2 = rng.sample(DRINKS, 2)
    taste, taste2 = rng.sample(TASTES, 2)
    return rng.choice(FOOD).format(
        top=top, top2=top2, fruit=fruit, fruit2=fruit2, drink=drink, drink2=drink2, taste=taste, taste2=taste2,
        food=rng.choice(FOODS + ["pizza"] * 8), kin=rng.choice(KIN), meal=rng.choice(MEALS), p=rng.choice(NAMES),
        hot=rng.choice(["hot", "large", "small", "big"]))


# --- common knowledge, numbers, repetition ------------------------------------------------------------------------

def knowledge(rng):
    day, month = rng.randrange(7), rng.randrange(12)
    left, right = rng.choice(OPPOSITES).split(":")
    thing, color = rng.choice(COLORS).split(":")
    animal, young, voice = rng.choice(ANIMALS).split(":")
    country, language = rng.choice(LANGUAGES).split(":")
    return rng.choice([
        f"The day after {DAYS[day]} is {DAYS[(day + 1) % 7]}.", f"The day before {DAYS[day]} is {DAYS[day - 1]}.",
        f"Today is {DAYS[day]} and tomorrow is {DAYS[(day + 1) % 7]}.", f"After {MONTHS[month]} comes {MONTHS[(month + 1) % 12]}.",
        f"The opposite of {left} is {right}.", f"The color of the {thing} is {color}.", f"A young {animal} is called a {young}.",
        f"The {animal} {voice} at the {rng.choice(PLACES)}.", f"People in {country} speak {language}.",
        f"{rng.choice(FEMALE)} speaks {language} because she lives in {country}.",
        f"{rng.choice(MALE)} speaks {language} because he lives in {country}.",
        "There are seven days in a week.", "There are twelve months in a year.", "The sun rises in the east and sets in the west.",
    ])


def numbers(rng):
    x, y = rng.randint(0, 10), rng.randint(0, 10)
    start = rng.randint(0, 12)
    run = range(start, start + rng.randint(4, 8))
    return rng.choice([
        f"{x} + {y} = {x + y}.", f"{x + y} - {y} = {x}.", upper_first(f"{NUMBERS[x]} plus {NUMBERS[y]} is {NUMBERS[x + y]}."),
        upper_first(", ".join(NUMBERS[i] for i in run) + "."), ", ".join(str(i) for i in run) + ".",
        f"I have {NUMBERS[x]} {rng.choice(FRUITS)} and {NUMBERS[y]} {rng.choice(FRUITS)}.",
    ])


def repetition(rng):
    """A list said twice: the second half can only be copied."""
    items = rng.sample(NAMES if rng.random() < 0.3 else WORDS, rng.randint(3, 9))
    line = rng.choice([", ", " "]).join(items)
    return upper_first(f"{line}. {line}.") if rng.random() < 0.5 else f"Say it again: {line}. {line}."


# --- stories: five to nine sentences about one person ---------------------------------------------------------------

STORY = [
    "{She} has {number} {kin} and a {adj} {pet}.", "Every morning {she} makes {drink} and eats bread with {top}.",
    "On {day} it was {weather}, so {she} took {her} {thing} and went to the {place}.",
    "There {she} met {her} friend {q}.", "{q} was sitting near the {place2} with a {adj} {object}.",
    "They talked about {her} {kin} for a long time.", "Then they walked to the market and bought {fruit}, {fruit2} and {top}.",
    "{p} gave the {object} to {q}, and {q} said thank you to {p}.", "They were hungry and ordered a pizza with {top}.",
    "The pizza was {taste}, and they drank {drink}.", "In the evening {she} went home and read a book.",
    "{She} could not find {her} {thing} and was sad.", "{q} found the {thing} and gave it back to {p}.",
    "The {pet} was waiting for {them} at the door.", "{She} put {her} {thing} on the table and fell asleep.",
    "It was a good day for {p} and {q}.",
]


def story(rng):
    p, q = rng.sample(NAMES, 2)
    female = p in FEMALE
    fruit, fruit2 = rng.sample(FRUITS, 2)
    place, place2 = rng.sample(PLACES, 2)
    slots = dict(
        p=p, q=q, she="she" if female else "he", She="She" if female else "He", her="her" if female else "his",
        them="her" if female else "him", number=rng.choice(NUMBERS[2:8]), kin=rng.choice(["brothers", "sisters", "friends", "cats"]),
        adj=rng.choice(ADJECTIVES), pet=rng.choice(["dog", "cat", "horse", "duck"]), drink=rng.choice(DRINKS), top=rng.choice(TOPPINGS),
        day=rng.choice(DAYS), weather=rng.choice(WEATHER), thing=rng.choice(THINGS), place=place, place2=place2,
        object=rng.choice(OBJECTS), fruit=fruit, fruit2=fruit2, taste=rng.choice(TASTES))
    first = rng.choice([
        "{p} lives in a small house near the {place2}.", "{p} lives in a big city with {her} friend {q}.",
        "{p} lives in {city}, the capital of {country}.", "One day {p} and {q} went to the {place}."])
    country, city, _ = rng.choice(STATES)
    chosen = sorted(rng.sample(range(len(STORY)), rng.randint(3, 8)))
    return " ".join(s.format(city=city, country=country, **slots) for s in [first] + [STORY[i] for i in chosen])


def several(rng):
    return " ".join(document(rng) for _ in range(rng.randint(2, 4)))


# kind, its share at first, its share later: facts come quickly, copying a name from the context needs the longer practice
KINDS = [
    (indirect_object, 30, 40), (capital, 30, 14), (capitals, 3, 3), (everyday, 12, 9), (food, 8, 7), (knowledge, 5, 4),
    (numbers, 3, 3), (repetition, 5, 14), (story, 4, 3), (several, 4, 3),
]


def document(rng, later=False):
    kinds, first, second = zip(*KINDS)
    while True:
        text = rng.choices(kinds, second if later else first)[0](rng)
        if not has_held_out_pair(text):
            return text
