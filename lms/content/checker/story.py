"""Rule 16: the scenario holds together."""

from __future__ import annotations

from collections.abc import Iterator

from lms.content.blocks import ScenarioBlock
from lms.content.checker.report import Result, Rule, none_of
from lms.content.checker.story_paths import Paths, reachable_scenes, walk
from lms.content.checker.subject import Subject
from lms.content.problems import Problem
from lms.content.schema import Scenario

SCENARIO = Rule(
    16,
    "Scenario graph",
    "all scenes and endings reachable, 5 decisions or more, 3 choices, 3 endings, paths of 1,300 to 1,600 words",
    "any",
)
FEWEST_WORDS, MOST_WORDS = 1300, 1600
FEWEST_DECISIONS = 5
CHOICES = 3
FEWEST_ENDINGS = 3


def scenario_graph(subject: Subject) -> Result:
    """Every path of every scenario, with the meters kept as a player keeps them."""
    findings: list[Problem] = []
    told = []
    played = {block.id for _, block in subject.module.blocks() if isinstance(block, ScenarioBlock)}
    for file, scenario in subject.scenarios:
        paths = walk(scenario)
        told.append(_told(scenario, paths))
        for path, what, remedy in (*_graph_faults(scenario), *_path_faults(scenario, paths)):
            findings.append(subject.at(file, path, what, remedy))
        if scenario.id not in played:
            findings.append(subject.at(file, (), "no page plays this scenario", f"add `:::{{scenario}} {scenario.id}`"))
    if not told and (played or any("/scenarios/" in file for file in subject.documents)):
        # It is there, or was to be, and what is wrong with it is told as what keeps the module from being published.
        return SCENARIO.result("none that can be read", "fail", findings)
    if not told:
        findings.append(subject.at(subject.module_file, (), "there is no scenario", "write one in scenarios/"))
    return SCENARIO.result("; ".join(told) or "none", none_of(findings), findings)


_Fault = tuple[tuple[str | int, ...], str, str]


def _told(scenario: Scenario, paths: Paths) -> str:
    if not paths.words or not paths.decisions:
        return f"{scenario.id}: no path to an end"
    words, decisions = paths.words, paths.decisions
    return (
        f"{scenario.id}: {paths.count} paths of {words.least} to {words.most} words, "
        f"{decisions.least} to {decisions.most} decisions, {len(paths.endings)} endings reached"
    )


def _graph_faults(scenario: Scenario) -> Iterator[_Fault]:
    reached = reachable_scenes(scenario)
    for index, scene in enumerate(scenario.scenes):
        if scene.id not in reached:
            yield ("scenes", index), f"no path comes to scene {scene.id}", "lead a choice to it or remove it"
        if len(scene.choices) != CHOICES:
            what = f"scene {scene.id} has {len(scene.choices)} choices"
            yield ("scenes", index, "choices"), what, "give it three"
        if "best" not in {choice.verdict for choice in scene.choices}:
            yield ("scenes", index, "choices"), f"scene {scene.id} has no best choice", "mark one `verdict: best`"
    if all(scene.choices[0].verdict == "best" for scene in scenario.scenes):
        yield ("scenes",), "the best choice always stands first", "change the order of choices"
    if len(scenario.endings) < FEWEST_ENDINGS:
        yield ("endings",), f"{len(scenario.endings)} endings", "write three or more"


def _path_faults(scenario: Scenario, paths: Paths) -> Iterator[_Fault]:
    if paths.loop:
        yield ("scenes",), f"scene {paths.loop} can be come to twice", "lead every choice onwards"
    if paths.too_many:
        yield ("scenes",), "there are too many states to measure", "use fewer scenes or meters"
    if not paths.words or not paths.decisions:
        return
    for index, ending in enumerate(scenario.endings):
        if ending.id not in paths.endings:
            yield ("endings", index), f"no path comes to ending {ending.id}", "mend its floors or the effects"
    if paths.words.least < FEWEST_WORDS or paths.words.most > MOST_WORDS:
        what = f"paths have {paths.words.least} to {paths.words.most} words"
        yield ("scenes",), what, f"bring all within {FEWEST_WORDS} and {MOST_WORDS}"
    if paths.decisions.least < FEWEST_DECISIONS:
        yield ("scenes",), f"a path has only {paths.decisions.least} decisions", "make it five or more"
