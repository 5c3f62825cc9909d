"""The verbs that change titles open with, and their forms: imperative, past, third person, gerund."""

_BASE = """
abort accept adapt add address adjust advertise align allow amend annotate announce append apply archive assert assign
assume attach attempt audit authorize automate avoid await backport balance batch benchmark bind block blacklist boost
break bring broadcast buffer build bump bundle bypass cache calculate call cancel cap capture cast catch categorize
center change check choose clamp clarify clean clear clone close coalesce collapse collect combine comment compare
compile complete compress compute condense configure confirm connect consider consolidate constrain construct consume
contain continue control convert copy correct count cover create customize deactivate debounce declare decode decorate
decouple decrease decrypt dedupe deduplicate default defer define delay delegate delete deliver demote deny deprecate
derive describe deserialize detach detect determine differentiate disable disallow discard disconnect display
distinguish distribute document downgrade download drop dump duplicate edit eliminate embed emit emulate enable
encode encourage encrypt enforce enhance enlarge enqueue ensure enter escape establish evaluate exclude execute exempt
exit expand expect explain expose extend extract factor fail fallback fetch fill filter finalize find finish fix flag
flatten flush focus follow forbid force format forward free generate get give grant group guarantee guard handle harden
hide highlight hoist honor honour identify ignore implement import improve include increase increment indicate infer
inform inherit initialize inject inline insert inspect install instrument integrate introduce invalidate invert invoke
isolate issue iterate join keep label launch leave lift limit link list listen load localize lock log lookup loosen
lower make manage map mark mask match maximize measure memoize mention merge migrate minify minimize mirror mitigate
mock modernize modify move mute narrow navigate normalize note notify offer omit open optimise optimize order organize
output overhaul override overwrite pad paginate parallelize parameterize parse pass patch pause perform permit persist
pick pin place polish populate port postpone preallocate precompute prefer prefix preload prepare prepend preserve
prettify prevent print prioritize process produce profile prohibit promote prompt propagate protect provide prune
publish pull purge push put quote raise randomize rate reach read reapply rearrange rebase rebuild recognise recognize
recommend record recover redact redesign redirect reduce re-enable reenable refactor refer refine reflect refresh refuse
regenerate register reimplement reinstate reject relax release reload relocate rely remember remove rename render reopen
reorder reorganize repair replace replicate reply report require rerun reserve reset resize resolve respect respond
restart restore restrict restructure resume retain rethrow retire retrieve retry return reuse revamp revert review
revise revisit rework rewrite rotate round route run sanitize save scale scan schedule scope scroll search secure select
send separate serialize serve set shorten show shrink silence simplify skip sort specify speed split squash stabilize
standardize start stop store stream streamline strengthen strip style submit subscribe substitute suggest support
suppress surface swallow swap switch synchronize sync synthesize tag take target teach terminate test throttle throw
tighten toggle tolerate touch track trace transform translate treat trigger trim truncate try tune tweak turn unblock
undeprecate undo unescape unify unlock unpin unregister unset unwrap update upgrade upload use validate vendor verify
version visit wait warn whitelist widen wire wrap write yank zero fold
accelerate acknowledge adopt amortize capitalize disambiguate downcase drain ease enrich humanize interpolate memoise
parametrize redefine reposition rescue reword scrub shield subclass unmount upcase weaken re-add re-allow re-apply
re-check re-create re-export re-fetch re-generate re-implement re-initialize re-introduce re-open re-order re-raise
re-render re-use
chain key mutate re-execute share
advance allocate ask associate autocorrect bound bust canonicalize centralize commit comply concatenate deduce demangle
depend dispatch doubt err expire export fall forget formalize gate generalize hash hint hold index internalize
intercept leverage maintain mangle nest nuke opt paint pipe plot poll present privatize query recompute
reconstruct replay segregate solve spawn standardise stash supply tear tell transmit transpose trust
unmark unpack wake work
auto-convert auto-create auto-detect auto-disable auto-discover auto-enable auto-generate auto-promote auto-resolve
auto-select beef discover hack look re-expose
de-dupe de-duplicate pre-allocate pre-compile pre-compute pre-fill pre-load re-emit re-enter re-run re-send re-sync
re-throw re-write un-register
canonicalise categorise customise deserialise equalize finalise generalise initialise internalise memorize minimise
normalise organise parallelise prioritise randomise recompile serialise stabilise summarise summarize symbolize
synchronise tokenize utilise utilize visualise visualize
anonymize augment backfill ban erase evict feed freeze gather hardcode harmonize kill modernise reformat soften spread
surround untangle wipe
enclose grab
analyze anchor cleanup halt lint name obfuscate point reflow reintroduce rephrase request reverse setup stub tidy
type unbreak workaround
accommodate acquire activate aggregate alter arrange autocomplete autoload autosave chunk colorize conform cut decompose
deploy destroy encapsulate estimate factorize fuse monitor observe parenthesize precompile prep propose qualify quit
readd rebind reconcile reconnect recreate redo reexport refetch reference retract retrigger revoke rewind rollback
safeguard scrape shard slice specialize symlink thread transfer transition traverse unhide unmarshal unskip vectorize
"""
_IRREGULAR = {
    "break": "broke", "bring": "brought", "build": "built", "catch": "caught", "choose": "chose", "find": "found",
    "feed": "fed", "forbid": "forbade", "freeze": "froze", "get": "got", "give": "gave", "hide": "hid", "keep": "kept",
    "leave": "left", "make": "made", "spread": "spread",
    "override": "overrode", "overwrite": "overwrote", "put": "put", "read": "read", "rebuild": "rebuilt",
    "reset": "reset", "rerun": "reran", "rethrow": "rethrew", "rewrite": "rewrote", "run": "ran", "send": "sent",
    "set": "set", "shrink": "shrank", "speed": "sped", "split": "split", "take": "took", "teach": "taught",
    "throw": "threw", "undo": "undid", "unset": "unset", "write": "wrote", "rely": "relied", "debounce": "debounced",
    "cast": "cast", "fallback": "fell back", "lookup": "looked up", "input": "input", "output": "output",
    "cleanup": "cleaned up", "setup": "set up", "unbreak": "unbroke", "cut": "cut", "quit": "quit", "rebind": "rebound",
    "redo": "redid", "rewind": "rewound", "rollback": "rolled back", "unhide": "unhid", "workaround": "worked around",
    "bind": "bound", "fall": "fell", "forget": "forgot", "hold": "held", "tear": "tore", "tell": "told", "wake": "woke",
    "re-run": "re-ran", "re-send": "re-sent", "re-throw": "re-threw", "re-write": "re-wrote",
}  # fmt: skip
_DOUBLING = """
cap dedup defer drop equip flag grab log map omit pad permit pin plug prefer prep refer scan scrap ship skip slim snap
ban spot stop strip submit swap tag trim unpin unplug unwrap wrap control quit zip clip flip
commit embed emit format infer plot re-emit scrub stub transfer transmit unskip
"""
_DOUBLED = frozenset(_DOUBLING.split())


def _past(verb: str) -> str:
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith("e"):
        return f"{verb}d"
    if verb.endswith("y") and verb[-2] not in "aeou":
        return f"{verb[:-1]}ied"
    return f"{verb}{verb[-1]}ed" if verb in _DOUBLED else f"{verb}ed"


def third(verb: str) -> str:
    """What it does: "fix" → "fixes"."""
    if verb.endswith(("s", "x", "z", "ch", "sh")):
        return f"{verb}es"
    if verb.endswith("y") and verb[-2] not in "aeou":
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb in {"do", "undo", "go"} else f"{verb}s"


def _gerund(verb: str) -> str:
    if verb.endswith("e") and not verb.endswith(("ee", "ye")):
        return f"{verb[:-1]}ing"
    doubled = verb in _DOUBLED or verb in {"get", "put", "run", "set", "split", "reset", "unset", "rerun", "forbid"}
    return f"{verb}{verb[-1]}ing" if doubled else f"{verb}ing"


PAST = {verb: _past(verb) for verb in _BASE.split()}
"""Imperative → past, all lower-case."""

_DEFECTS = "crash panic hang leak spam hard-code assume rely freeze block"

THIRD = {verb: third(verb) for verb in (*PAST, *_DEFECTS.split())}
"""Imperative → third person, all lower-case; with what titles say of a program's faults, never of their authors."""

IMPERATIVE = {
    form: verb
    for verb in reversed(_BASE.split())
    for form in (_gerund(verb), third(verb), _past(verb), verb)
    if form != verb
} | {"rm": "remove", **{verb: verb for verb in PAST}}
"""Any form → imperative. A word that is a noun as well (`fixes`) is one here: titles open with verbs."""
