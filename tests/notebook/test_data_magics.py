from __future__ import annotations

import pytest


class TestSave:
    def test_an_expression_is_evaluated_with_the_notebook_s_variables(self, cells):
        cells.run("start = [1]")
        assert cells.printed("%kedro_save xs start + [2, 3]") == "Saved xs: list, 3 items (MemoryDataset)\n"
        assert cells.run("%kedro_load xs") == [1, 2, 3]

    def test_braces_and_dollars_belong_to_the_expression(self, cells):
        cells.run("%kedro_save d {'a': 5, 'b': '$HOME'}")
        assert cells.run("%kedro_load d") == {"a": 5, "b": "$HOME"}

    def test_a_lambda_sees_the_notebook_s_functions(self, cells):
        cells.run("%kedro_save means [mean(x) for x in ([1, 3], [2, 2])]")
        assert cells.run("%kedro_load means") == [2, 2]

    def test_a_comment_is_no_part_of_it(self, cells):
        assert "int" in cells.printed("%kedro_save x 1  # one")

    def test_it_goes_to_the_file_of_an_entry(self, cells, tmp_path):
        cells.run("%%kedro_catalog\nx:\n  type: JSONDataset\n  filepath: x.json\n")
        assert cells.printed("%kedro_save x [1]") == "Saved x: list, 1 item (JSONDataset)\n"
        assert (tmp_path / "x.json").exists()

    def test_every_save_of_a_versioned_dataset_is_a_version(self, cells, tmp_path):
        cells.run("%%kedro_catalog\nx:\n  type: JSONDataset\n  filepath: x.json\n  versioned: true\n")
        cells.run("%kedro_save x 1")
        cells.run("%kedro_save x 2")
        assert len(list((tmp_path / "x.json").iterdir())) == 2
        assert cells.run("%kedro_load x") == 2


class TestLoad:
    @pytest.mark.parametrize(
        ("dataset", "variable"),
        [
            ("v", "v"),
            ("ns.model-1", "ns_model_1"),
            ("table@pandas", "table_pandas"),
            ("class", "class_"),
            ("1st", "_1st"),
        ],
    )
    def test_the_variable_is_named_after_the_dataset(self, cells, dataset, variable):
        cells.run(f"%kedro_save {dataset} 7")
        cells.run(f"%kedro_load {dataset}")
        assert cells.shell.user_ns[variable] == 7

    def test_what_a_run_has_let_go_of_is_told_with_how_to_get_it(self, cells):
        cells.run("%kedro_save xs [1, 2, 3]\n%kedro_run ;")
        _, text = cells.fail("%kedro_load m2")
        assert "To have it: %kedro_run --to-outputs=m2, or give it a catalog entry" in text
        cells.run("%kedro_run --to-outputs=m2")
        assert cells.run("%kedro_load m2") == pytest.approx(14 / 3)

    def test_what_was_never_saved_is_told_with_how_to_save_it(self, cells):
        cells.run("%%kedro_catalog\nempty:\n  type: MemoryDataset\n")
        _, text = cells.fail("%kedro_load empty")
        assert "Save it first: %kedro_save empty EXPRESSION" in text

    def test_it_is_a_value_too(self, cells):
        cells.run("%kedro_save v 7")
        cells.run("best = %kedro_load v")
        assert cells.shell.user_ns["best"] == 7

    def test_several_are_unpacked_and_shown_in_a_line_each(self, cells):
        cells.run("%kedro_save a 1\n%kedro_save b [2]")
        cells.run("x, y = %kedro_load a b")
        assert (cells.shell.user_ns["x"], cells.shell.user_ns["y"]) == (1, [2])
        assert "a = 1\nb = [2]" in cells.printed("%kedro_load a b")

    @pytest.mark.parametrize("option", ["--as=best", "--as best"])
    def test_another_name_for_the_variable(self, cells, option):
        cells.run("%kedro_save v 7")
        cells.run(f"%kedro_load v {option}")
        assert cells.shell.user_ns["best"] == 7
        assert "v" not in cells.shell.user_ns

    def test_in_an_empty_catalog_it_says_so(self, cells):
        _, text = cells.fail("%kedro_load nope")
        assert text.endswith("not found in the catalog. The catalog is empty: %kedro_save NAME EXPRESSION\n")

    def test_where_no_name_is_like_it_some_are_listed_that_hold_data(self, cells):
        for number in range(12):
            cells.run(f"%kedro_save d{number:02} 1")
        cells.run("%%kedro_catalog\na:\n  type: MemoryDataset\n")
        cells.run("%%kedro_params\np: 1\n")
        _, text = cells.fail("%kedro_load unheard")
        assert "There is data in: d00, d01, d02, d03, d04, d05, d06, d07. %kedro_catalog lists 13" in text

    def test_where_nothing_holds_data_it_says_so(self, cells):
        cells.run("%%kedro_catalog\na:\n  type: MemoryDataset\n")
        assert "No dataset holds data yet." in cells.fail("%kedro_load unheard")[1]


class TestParameters:
    def test_a_cell_replaces_them(self, cells):
        assert (
            cells.printed("%%kedro_params\nsplit:\n  ratio: 0.2\nseed: 3\n")
            == "Parameters: split.ratio, seed\n"
        )
        cells.run("%%kedro_params\nsplit:\n  ratio: 0.4\n")
        cells.run(
            "p = Pipeline([Node(lambda all, ratio: [all, ratio], ['parameters', 'params:split.ratio'], 'out')])"
        )
        assert cells.run("%kedro_run -p p").load() == {"out": [{"split": {"ratio": 0.4}}, 0.4]}

    def test_a_cell_tells_which_it_dropped(self, cells):
        cells.run("%%kedro_params\nsplit:\n  ratio: 0.2\n  by: day\nseed: 3\nrate: 1\n")
        printed = cells.printed("%%kedro_params\nsplit:\n  ratio: 0.4\nrate:\n  first: 2\n")
        assert printed == "Parameters: split.ratio, rate.first\nNo longer set: split.by, seed\n"

    def test_they_are_shown_as_yaml(self, cells):
        cells.run("%%kedro_params\nb:\n  c: [1, 2]\na: ä\n")
        assert cells.printed("%kedro_params") == "b:\n  c:\n  - 1\n  - 2\na: ä\n"

    def test_an_empty_cell_removes_them(self, cells):
        cells.run("%%kedro_params\na: 1\n")
        assert cells.printed("%%kedro_params\n# nothing\n") == "Parameters: none\nNo longer set: a\n"
        assert cells.printed("%kedro_params") == "No parameters yet.\n"
        cells.run("%kedro_save xs [1, 2, 3]")
        assert {row.name for row in cells.run("%kedro_catalog .")} == {"xs"}

    def test_a_broken_cell_changes_nothing(self, cells):
        cells.run("%%kedro_params\na: 1\n")
        cells.fail("%%kedro_params\na: [\n")
        assert cells.printed("%kedro_params") == "a: 1\n"


class TestCatalog:
    def test_entries_are_added_and_replaced(self, cells):
        cells.run("%kedro_save x 1")
        table = cells.run(
            "%%kedro_catalog\nx:\n  type: JSONDataset\n  filepath: x.json\ny:\n  type: MemoryDataset\n"
        )
        assert [row.name for row in table] == ["x", "y"]
        assert table.note == "Replaced x."
        cells.run("%kedro_save x 2")
        assert cells.run("%kedro_load x") == 2

    def test_what_is_in_memory_stays(self, cells):
        cells.run("%%kedro_catalog\nkept:\n  type: MemoryDataset\n")
        cells.run("%kedro_save kept [1]\n%kedro_save other 2")
        cells.run("%%kedro_catalog\nnew:\n  type: MemoryDataset\n")
        assert cells.run("%kedro_load kept") == [1]
        assert cells.run("%kedro_load other") == 2

    def test_a_pattern_describes_datasets_to_come(self, cells, tmp_path):
        table = cells.run(
            '%%kedro_catalog\n"{name}_json":\n  type: JSONDataset\n  filepath: data/{name}.json\n'
        )
        assert table.note == "Pattern {name}_json."
        cells.run("%kedro_save v_json [1]")
        assert (tmp_path / "data/v.json").exists()
        assert "{name}_json" in {row.name for row in cells.run("%kedro_catalog")}

    def test_names_with_an_underscore_hold_what_entries_share(self, cells):
        table = cells.run("%%kedro_catalog\n_mine: &mine\n  type: MemoryDataset\nx:\n  <<: *mine\n")
        assert [row.name for row in table] == ["x"]

    def test_a_pattern_can_be_replaced(self, cells, tmp_path):
        for folder in "ab":
            cells.run(
                f'%%kedro_catalog\n"{{name}}_json":\n  type: JSONDataset\n  filepath: {folder}/{{name}}.json\n'
            )
        cells.run("%kedro_save v_json [1]")
        assert (tmp_path / "b/v.json").exists()

    def test_a_dataset_class_of_the_notebook(self, cells):
        cells.run(
            "class Twice(AbstractDataset):\n"
            "    def load(self): return 2 * self.data\n"
            "    def save(self, data): self.data = data\n"
            "    def _describe(self): return {}\n"
        )
        cells.run("%%kedro_catalog\nx:\n  type: __main__.Twice\n")
        cells.run("%kedro_save x 4")
        assert cells.run("%kedro_load x") == 8

    @pytest.mark.parametrize(
        "bad",
        [
            "good:\n  type: MemoryDataset\nbad:\n  type: MemoryDatase\n",
            "good:\n  type: MemoryDataset\nbad:\n  filepath: x.json\n",
            "good:\n  type: MemoryDataset\nbad:\n  type: JSONDataset\n",
            "good:\n  type: MemoryDataset\nbad: 1\n",
            'good:\n  type: MemoryDataset\n"{a}":\n  type: JSONDatase\n  filepath: "{a}"\n',
            'good:\n  type: MemoryDataset\n"{a}_x":\n  type: JSONDataset\n  filepath: "{b}"\n',
            "good:\n  type: MemoryDataset\nbad:\n  type: JSONDataset\n  filepath: x\n  credentials: nobody\n",
        ],
    )
    def test_a_bad_entry_leaves_the_catalog_as_it_was(self, cells, bad):
        cells.run("%kedro_save good 1")
        error, _ = cells.fail(f"%%kedro_catalog\n{bad}")
        assert type(error).__name__ in {"DatasetError", "CredentialsNotFoundError"}
        assert cells.run("%kedro_load good") == 1
        assert [row.name for row in cells.run("%kedro_catalog")] == ["good"]

    def test_versions_are_kept_by_run_and_by_save(self, cells, tmp_path):
        cells.run("%%kedro_catalog\nv:\n  type: JSONDataset\n  filepath: v.json\n  versioned: true\n")
        cells.run("%kedro_save xs [1, 2, 3]")
        cells.run("%kedro_run")
        cells.run("%kedro_run")
        assert len(list((tmp_path / "v.json").iterdir())) == 2
