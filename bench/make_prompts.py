#!/usr/bin/env python3
"""Makes indirect-object sentences with their corrupted versions, in the columns of indirect_object_pairs.jsonl.

    bench/make_prompts.py 1000000 > prompts.jsonl

Each is drawn from some 120 million combinations of a sentence, two names, a place and a thing, so that few of a
million are equal. Names, places and things are one token of GPT-2 each; a sentence has 13 or 14 tokens.
"""
import argparse
import json
import random

SENTENCES = ["When{a} and{b} went to the{place},{giver} gave a{thing} to",
             "After{a} and{b} left the{place},{giver} handed the{thing} to",
             "While{a} met{b} at the{place},{giver} passed a small{thing} to",
             "Since{a} and{b} were at the{place},{giver} sold the{thing} to"]
NAMES = """James John Robert Michael William David Richard Joseph Thomas Charles Daniel Matthew Anthony Mark
Donald Steven Paul Andrew Joshua Kenneth Kevin Brian George Timothy Edward Jason Ryan Jacob Gary
Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Alexander Frank
Patrick Raymond Jack Dennis Jerry Tyler Aaron Jose Adam Henry Douglas Peter Kyle Walter Ethan Jeremy
Keith Roger Noah Gerald Carl Terry Sean Arthur Lawrence Jesse Dylan Bryan Joe Billy Bruce Albert
Gabriel Logan Alan Wayne Roy Ralph Eugene Vincent Louis Philip Bobby Bradley Mary Patricia Jennifer
Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Margaret Sandra Ashley Emily Donna
Michelle Carol Amanda Melissa Stephanie Rebecca Sharon Laura Cynthia Amy Kathleen Angela Anna Brenda
Pamela Emma Nicole Helen Samantha Katherine Christine Rachel Janet Catherine Maria Heather Diane
Ruth Julie Olivia Kelly Lauren Christina Andrea Hannah Martha Gloria Teresa Ann Sara Frances Jean
Alice Julia Judy Sophia Grace Denise Diana Natalie Charlotte Kate Jane Lucy Nina Tom Sam Kim Sally
Bob""".split()
PLACES = """park store school garden station beach library office hospital market museum hotel restaurant
airport church bank farm theater bus kitchen harbor zoo gym pub""".split()
THINGS = """book drink ring flower letter key cup map gift ball pen phone ticket bottle box card camera hat
knife basketball necklace sandwich snack coin""".split()


def make_prompts(count, seed):
    """The first of them do not depend on how many there are."""
    chosen = random.Random(seed)
    for number in range(1, count + 1):
        sentence, place, thing = chosen.choice(SENTENCES), chosen.choice(PLACES), chosen.choice(THINGS)
        taker, giver = chosen.sample(NAMES, 2)
        first, second = (taker, giver) if chosen.random() < 0.5 else (giver, taker)

        def text(gives):
            return sentence.format(a=f" {first}", b=f" {second}", giver=f" {gives}", place=f" {place}",
                                   thing=f" {thing}")

        yield {"id": f"io-{number:07}", "text": text(giver), "target": f" {taker}",
               "contrast": f" {giver}", "corrupted": text(taker)}


def write_prompts(path, count, seed=1):
    """Makes the file; where it stands already, it is of the same prompts, or of too few."""
    if path.exists() and sum(1 for _ in open(path, encoding="utf-8")) >= count:
        return
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(prompt) + "\n" for prompt in make_prompts(count, seed))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for prompt in make_prompts(options.count, options.seed):
        print(json.dumps(prompt))


if __name__ == "__main__":
    main()
