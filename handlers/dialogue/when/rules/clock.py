"""All rules about the clock, in the order in which they are tried."""

from handlers.dialogue.when.rules.bare import (
    alone,
    alone_or,
    another,
    another_with_meridiem,
    loose,
    part_of_meridiem,
    promoted,
    slashed_hours,
    until_hour,
)
from handlers.dialogue.when.rules.faces import hours_word, meridiem, meridiem_first, o_clock, oclock, twelve_noon, two_readings
from handlers.dialogue.when.rules.minutes import half_past, minutes, minutes_of, minutes_to, quarter, spoken, spoken_with_dash
from handlers.dialogue.when.rules.spans import both_bound, same_day_range, span

# Before the rules about days: in "half past two Dec 3" the two is no day of December.
EARLY = [
    ("nna|[nkc]i?a|nOa", meridiem),
    ("n__|n_n", o_clock),
    ("hP?[nc]", half_past),
    ("q[PtBAj][nc]", quarter),
    ("n[P][nc]", minutes),
    ("[@AB]n(?=me?[nod])", promoted),
    ("Fntn(?=me?[nod])|bn&n(?=me?[nod])", span),
    ("nmn(?![mau:O])", two_readings),
]
RULES = [
    ("nna|[nkc]i?a|nOa", meridiem),
    ("ac", meridiem_first),
    ("nc", twelve_noon),
    ("n-n", spoken_with_dash),
    ("sa", slashed_hours),
    ("nO", oclock),
    ("hP?[nc]", half_past),
    ("q[PtBAj][nc]", quarter),
    ("TP[nc]|T[AtB][nc]|n[P][nc]|nA(?=.)[c]", minutes),
    ("cu", hours_word),
    ("nj[nc]", minutes_of),
    ("(?<![Fb@c])n(?<!-)t[nc](?!a)", minutes_to),
    ("(?:^|[@wDp,lBAFb4&|*>])nn", spoken),
    ("nn", spoken),
    # hours by their neighbours
    ("@[nk]", promoted),
    ("ni", lambda c, t: promoted(c, t[:1]) if isinstance(t[0].value, int) and t[0].value <= 12 else None),
    ("[cn](?:Ie)?p[-t][cn](?:Ie)?p|pcj?[-t]pc", both_bound),
    ("p[cn][-t]p[cn]", both_bound),
    ("Dp?c[-t]Dp?c", same_day_range),
    ("[Fb][cn][-t&]l?@?[cn](?!u)}?", span),
    ("c[-t]@?[cn](?![u])}?|n[-t]@?c}?|c&c}", span),
    ("[Dwp][,l@I4b]*n[-t&]n}?(?![um])", lambda c, t: span(c, t) if t[-2].kind != "&" else None),
    ("n[-t]n(?=[lI4,@e]*[Dwp])", span),
    ("(?<=[DwpFb@,l])k[-t][knc]|k[-t][knc](?=[lI,]*[Dwp])", span),
    ("[BAF]k|[Dwp][,l@]*k|k[lI,e]*[wDp]", promoted),
    ("[Dwp](?:[,l@4]|Ie)*n(?:x|(?=[^x])|$)", promoted),
    ("n(?:[,l@]|Ie|je)*[Dwp]", promoted),
    ("[BA]n(?=[^xu]|$)|[BA]nx", promoted),
    ("Fn(?=G|Y)|n[GJYZ]", promoted),
    ("(?<=[Dwp])Fn(?=[.?,]|$)", promoted),
    ("[*>],?@?n(?:x|$|(?=[.?,]))", promoted),
    ("4n(?=[.?,]|$)", promoted),
    ("^x?[,.]?n(?:x?[.?]?)?$", alone),
    ("^x?,?n[|]n(?=x?[.?]?$)", alone_or),
    ("n[|/]@?c", another_with_meridiem),
    ("c[|&/]@?n(?!u)|n[|&/]@?c", another),
    ("n[-t]c|c[-t]n", span),
    ("tn(?=[^xua:]|$)", until_hour),
    ("(?<=[Dwp])-(?=[cRp])", lambda c, t: []),
    ("(?<=[Dwp])a|a(?=[,l]?[Dw])", part_of_meridiem),
    ("O|a", loose),
]
