import json

import pytest

from carbonctl.errors import InputError
from carbonctl.inputs.jobs import measured
from carbonctl.inputs.jobs.logs import dcgm
from tests.jobs.energy_logs import KWH_OF_J, expected_kwh, outcome, recognised, sample

T0 = 1772359200
POWER = dcgm.POWERS[0]
DMON = """\
#Entity   POWER     TOTEC
ID        W         mJ
GPU 0     70.1      5000000
GPU 1     70.1      N/A
GPU 0     71.0      9600000
#Entity   POWER     TOTEC
ID        W         mJ
GPU 1     70.1      1000000
GPU 0     71.0      1000000
GPU 1     70.1      8200000
GPU-I 0   N/A       N/A
"""


def read(*lines, header=f"timestamp,gpu,Hostname,UUID,{POWER}"):
    return outcome("dcgm", "\n".join((header, *lines)) + "\n")


def prometheus(*series, **labels):
    result = [
        {
            "metric": {"__name__": metric, "gpu": "0", "Hostname": "n1", "UUID": "GPU-a"}
            | {"modelName": "NVIDIA L4"} | labels | own,
            "values": [[T0 + seconds, value] for seconds, value in values],
        }
        for metric, values, own in series
    ]  # fmt: skip
    data = {"resultType": "matrix", "result": result}
    return json.dumps({"status": "success", "data": data})


def test_the_sample_has_the_expected_energy_and_energy_takes_precedence():
    assert recognised("dcgm", sample("dcgm-energy.csv"))
    read_ = outcome("dcgm", sample("dcgm-energy.csv"))
    assert read_.kwh == pytest.approx(expected_kwh("dcgm-energy.csv"), rel=1e-9)
    row = read_.rows[0]
    assert row["job"] == "node1/0" and row["host"] == "node1" and row["gpu"] == "0"
    assert row["device"] == "NVIDIA A100-SXM4-80GB" and row["devices"] == 1
    assert row["start"] == "2026-03-01T10:00:00Z" and row["wall_time_h"] == 0.5
    assert row["source_line"] == 2 and row["energy_boundary"] == "chip"


def test_without_a_counter_power_is_integrated_and_gaps_are_not():
    times = [0, 10, 20, 30, 1000, 1010]
    read_ = read(*(f"{T0 + t},0,n1,,100" for t in times))
    assert read_.kwh == pytest.approx([100 * 40 * KWH_OF_J])
    assert read_.findings.uncovered_h == pytest.approx(970 / 3600)
    assert read_.findings.notes[measured.GAPS] == 1


def test_times_in_milliseconds():
    row = read(f"{T0}000,0,n1,,100", f"{T0}500,0,n1,,100").rows[0]
    assert row["start"] == "2026-03-01T10:00:00Z"
    assert row["energy_kwh"] == pytest.approx(50 * KWH_OF_J)


def test_a_counter_holds_the_energy_of_a_gap():
    values = [(0, "0"), (1, "1000"), (2, "2000"), (1000, "1000000")]
    assert outcome("dcgm", prometheus((dcgm.ENERGY, values, {}))).kwh == pytest.approx(
        [1000 * KWH_OF_J]
    )


def test_the_json_of_prometheus():
    values = [(0, "300"), (10, "300"), (20, "NaN"), (30, "300")]
    text = prometheus((POWER, values, {"pod": "p1", "namespace": "ml"}))
    assert recognised("dcgm", text)
    read_ = outcome("dcgm", text)
    assert read_.kwh == pytest.approx([9000 * KWH_OF_J])
    row = read_.rows[0]
    assert row["namespace"] == "ml" and row["pod"] == "p1" and row["uuid"] == "GPU-a"
    assert row["start"] == "2026-03-01T10:00:00Z" and row["source_line"] == 1
    alone = json.dumps(json.loads(text)["data"]["result"])  # as promtool writes it
    assert outcome("dcgm", alone).rows == read_.rows


def test_a_counter_in_json_takes_precedence_over_power():
    text = prometheus(
        (POWER, [(0, "999"), (10, "999")], {}), (dcgm.ENERGY, [(0, "0"), (10, "5000000")], {})
    )
    assert outcome("dcgm", text).kwh == pytest.approx([5000 * KWH_OF_J])


def test_the_instances_of_a_gpu_in_mig_mode_share_its_power():
    values = [(0, "300"), (10, "300")]
    instances = [
        (POWER, values, {"GPU_I_ID": str(n), "GPU_I_PROFILE": "1g.10gb"}) for n in range(7)
    ]
    read_ = outcome("dcgm", prometheus(*instances))
    assert read_.kwh == pytest.approx([3000 * KWH_OF_J])
    assert read_.findings.skipped[dcgm.SAME_TIME] == 12
    table = read(*(f"{T0 + t},0,n1,GPU-a,300" for t in (0, 0, 10, 10)))
    assert table.kwh == pytest.approx([3000 * KWH_OF_J])


def test_gpus_of_several_hosts_are_told_apart():
    read_ = read(*(f"{T0 + t},0,{host},,100" for t in (0, 10) for host in ("n1", "n2")))
    assert [row["job"] for row in read_.rows] == ["n1/0", "n2/0"]
    assert read_.kwh == pytest.approx([1000 * KWH_OF_J] * 2)


def test_a_gpu_that_served_several_pods_has_no_pod():
    text = prometheus(
        (POWER, [(0, "100"), (10, "100")], {"pod": "a"}),
        (POWER, [(20, "100"), (30, "100")], {"pod": "b"}),
    )
    read_ = outcome("dcgm", text)
    assert read_.kwh == pytest.approx([3000 * KWH_OF_J])
    assert "pod" not in read_.rows[0] and dcgm.SHARED in read_.findings.notes


def test_the_pod_is_not_that_of_the_exporter():
    text = prometheus(
        (POWER, [(0, "1"), (9, "1")], {"pod": "dcgm-exporter-x", "exported_pod": "train"})
    )
    assert outcome("dcgm", text).rows[0]["pod"] == "train"


@pytest.mark.parametrize("metric", dcgm.POWERS)
def test_names_of_power(metric):
    assert outcome("dcgm", prometheus((metric, [(0, "1"), (10, "1")], {}))).kwh == pytest.approx(
        [10 * KWH_OF_J]
    )


def test_blank_values_are_none():
    blank = prometheus((dcgm.ENERGY, [(0, "0"), (5, "9223372036854775794"), (9, "9000")], {}))
    read_ = outcome("dcgm", blank)
    assert read_.kwh == pytest.approx([9 * KWH_OF_J]) and read_.findings.skipped[dcgm.NO_VALUE] == 1
    power = read(f"{T0},0,n1,,100", f"{T0 + 5},0,n1,,140737488355330.0", f"{T0 + 10},0,n1,,100")
    assert power.kwh == pytest.approx([1000 * KWH_OF_J])


def test_dcgmi_dmon_counts_its_counter():
    assert recognised("dcgm", DMON)
    read_ = outcome("dcgm", DMON)
    assert read_.kwh == pytest.approx([(4600 + 1000) * KWH_OF_J, 7200 * KWH_OF_J])
    assert not {"start", "end", "wall_time_h"} & set(read_.rows[0])
    assert [row["job"] for row in read_.rows] == ["0", "1"]
    assert read_.findings.skipped == {dcgm.INSTANCE: 1, dcgm.NO_VALUE: 1}
    with pytest.raises(InputError, match="-e 156"):
        outcome("dcgm", DMON.replace("TOTEC", "GPUTL"))


def test_a_line_of_dmon_that_is_cut_off_is_rejected():
    read_ = outcome("dcgm", DMON + "GPU 0     71.0\n")
    assert len(read_.rows) == 2 and read_.rejects[0][0] == 12


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (f"{T0},0,n1,,-1", POWER),
        (f"{T0},0,n1,,1e999", POWER),
        (f"{T0},0,n1,,x", POWER),
        (f"{T0},0,n1,,1\0", POWER),
        ("x,0,n1,,1", "timestamp"),
        ("99999999999999999999,0,n1,,1", "timestamp"),
        (f"{T0},,n1,,1", "gpu"),
        (f"{T0},0,=n1,,1", "hostname"),
        (f"{T0},0,n1,1", ""),
    ],
)
def test_cells_that_cannot_be_used_are_rejected(line, column):
    read_ = read(f"{T0},0,n1,,100", line, f"{T0 + 10},0,n1,,100")
    assert read_.kwh == pytest.approx([1000 * KWH_OF_J])
    assert [reject[:2] for reject in read_.rejects] == [(3, column)]


def test_json_that_cannot_be_used_is_rejected():
    text = prometheus(
        (POWER, [(0, "100"), (10, "100"), (20, "x"), ("z", "1")][:3], {}),
        (POWER, [(0, "1")], {"gpu": "", "UUID": ""}),
        (POWER, [(0, "1")], {"UUID": "@x"}),
    ).replace('"100"]]', '"100"], 7, [1], [null, "1"]]')
    read_ = outcome("dcgm", text)
    assert read_.kwh == pytest.approx([1000 * KWH_OF_J])
    assert [reject[1] for reject in read_.rejects] == [POWER, "gpu", "uuid"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("timestamp,gpu,other\n", "neither DCGM_FI"),
        (f"gpu,{POWER}\n", "no column timestamp"),
        (f"timestamp,gpu,{POWER},{POWER}\n", "two columns"),
        ('{"data": {"result": [', "not whole JSON"),
        ("[" * 100_000, "not whole JSON"),
        ('{"data": {"result": [{"metric": {"gpu": "0"}, "values": [[1, "1"]]}]}}', "without rate"),
        ("[]", "without rate"),
    ],
)
def test_a_log_that_cannot_be_read_as_a_whole(text, message):
    with pytest.raises(InputError, match=message):
        outcome("dcgm", text)


def test_header_alone_bom_crlf_and_a_single_sample():
    assert read().rows == []
    text = f"\ufeff\r\ntimestamp,gpu,{POWER}\r\n{T0},0,100\r\n{T0 + 10},0,100\r\n"
    read_ = outcome("dcgm", text)
    assert read_.kwh == pytest.approx([1000 * KWH_OF_J]) and read_.rows[0]["source_line"] == 3
    single = read(f"{T0},0,n1,,100")
    assert single.rows == [] and single.findings.skipped[measured.ONE_SAMPLE] == 1
