"""The panel in a notebook: the cells that show it, and what the tests do with it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

SETUP = """%load_ext kedro_nb
import time
import kedro_nb
from kedro_nb.pipeline import Node, Pipeline

def load():
    return [3, 1, 2, 4]

def clean(raw, drop):
    print("dropping", drop)
    return sorted(raw)

def split(cleaned, ratio):
    at = int(len(cleaned) * ratio)
    return cleaned[:at], cleaned[at:]

def fit(train, rounds):
    for number in range(rounds):
        time.sleep(0.1)
    return sum(train)

def score(model, test):
    return model - sum(test)

whole = Pipeline([
    Node(load, None, "raw", name="load"),
    Node(clean, ["raw", "params:clean.drop"], "cleaned", name="clean", tags="early"),
    Node(split, ["cleaned", "params:split.ratio"], ["train", "test"], name="split", tags="early"),
    Node(fit, ["train", "params:rounds"], "model", name="fit", tags="late"),
    Node(score, ["model", "test"], "score", name="score", tags="late"),
])
session = kedro_nb.session()
session.pipelines["__default__"] = whole
session.pipelines["begin"] = whole.to_nodes("clean")
session.parameters.update(clean={"drop": True}, split={"ratio": 0.5}, rounds=1, title="first", sizes=[1, 2])
session.catalog["stored"] = [1, 2, 3]
mine = [9]"""
PANEL = "panel = %kedro_panel\npanel"


def panel_in(notebook, cell):
    """The panel among the outputs of a cell, once it is there."""
    panel = notebook.output(cell).locator(".kedro-nb-panel")
    panel.locator(".run").wait_for()
    return panel


def command(panel, text):
    expect(panel.locator(".command")).to_have_text(text)


def says(panel, text):
    expect(panel.locator(".side")).to_contain_text(text)


def select(panel, name):
    return panel.get_by_role("combobox", name=name, exact=True)


def field(panel, key):
    return panel.locator(f'[data-key="{key}"]')


def write(panel, key, text):
    field(panel, key).fill(text)
    field(panel, key).press("Enter")


def shape(panel, name):
    """What stands for a node or a dataset in the graph."""
    return panel.locator(f'[role=option][data-id="{name}"]')


def run(panel, press=Locator.click):
    number = history(panel).locator("tbody tr").count()
    press(panel.locator(".run"))
    expect(history(panel).locator("tbody tr")).to_have_count(number + 1)
    panel.locator(".run:not(:disabled)").wait_for()


def look_at(panel, dataset):
    panel.locator("table .link", has_text=re.compile(f"^{re.escape(dataset)}$")).click()


def history(panel):
    return panel.locator("details", has=panel.page.get_by_role("heading", name="History"))
