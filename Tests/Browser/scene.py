"""A conversation as people have them, for pictures."""

from page_world import check

PEOPLE = {"olga": "Olga Lindqvist", "amir": "Amir Haddad", "meiling": "陳美玲", "tom": "Tom Okafor"}

TALK = [
    ("tom", "Morning! The tower sensors are back up. Eleven swifts in the first hour 🎉"),
    ("olga", "Eleven! That is more than all of last week."),
    ("amir", "The north nest boxes are all taken, too. I put the list here: https://example.org/boxes-2026"),
    ("meiling", "早安！上海這邊昨晚下大雨，網路斷了三次，可是訊息一則都沒少。"),
    ("tom", "That is the whole point 🙂 You were on SSE for a while, then back on WebSocket by itself."),
    ("meiling", "對，我完全沒有發現。@olga 週五的報告我來寫好嗎？"),
    ("olga", "Yes please! Could you take the numbers from this week?"),
    ("amir", "Here is how I count them:\n```\nselect box, count(*)\n  from arrivals\n where at > date('now', '-7 days')\n group by box\n```"),
    ("olga", "Lovely. I would leave out `box 7`, its sensor counts the sparrows as well."),
    ("tom", "@olga can you look at box 7 on Thursday? I have the ladder."),
]


def furnish(place):
    """Four people, their rooms, and what they have said. The clients by name."""
    people = {"olga": place.settle()} | {name: place.client(name) for name in PEOPLE if name != "olga"}
    for name, shown in PEOPLE.items():
        people[name].do("user.update", display_name=shown)
    olga, amir, meiling, tom = (people[name] for name in ("olga", "amir", "meiling", "tom"))
    olga.do("room.update", room="general", topic="Everything about the colony")
    olga.do("room.create", kind="public", room="nest-boxes", name="Nest boxes")
    tom.do("room.join", room="nest-boxes")
    board = olga.do("room.create", kind="private", name="Board")["room"]
    olga.do("member.add", room=board, user=amir.id)
    amir.say(board, "The grant came through.")
    tom.say("nest-boxes", "Box 12 has a new lid.")
    tom.say("nest-boxes", "@olga is the paint dry?")
    talk = meiling.do("room.direct", users=[olga.id])["room"]
    meiling.say(talk, "你今天幾點有空？")
    talk = olga.do("room.direct", users=[amir.id])["room"]
    olga.say(talk, "See you at eight.")
    say = {name: client.say for name, client in people.items()}
    numbers = [say[who]("general", text)["number"] for who, text in TALK]
    for who in ("olga", "amir", "meiling"):
        people[who].do("reaction.add", room="general", number=numbers[0], emoji="🎉")
    tom.do("reaction.add", room="general", number=numbers[3], emoji="❤️")
    tom.do("message.post", room="general", text="I have it in the van already.", reply_to=numbers[8])
    olga.do("message.edit", room="general", number=numbers[1], text="Eleven! That is more than in all of last week.")
    last = olga.say("general", "Thursday at nine, then. Tea is on me 🍵")["number"]
    for client in people.values():
        check(client.do("read", room="general", number=last)["read"] == last, "everybody has read it")
    return people
