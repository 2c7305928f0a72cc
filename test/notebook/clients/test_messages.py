"""What a client of the protocol sees: order of messages, aborts, interrupts, shutdown, parents."""

import os
import signal
import subprocess
import time

import pytest
from jupyter_client.manager import KernelManager


@pytest.fixture
def kernel():
    manager = KernelManager(kernel_name="tslab")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    yield manager, client
    client.stop_channels()
    if manager.has_kernel:
        manager.shutdown_kernel(now=True)


def collect(client, request, timeout=30):
    """All messages on iopub about one request, up to idle."""
    messages = []
    while True:
        message = client.get_iopub_msg(timeout=timeout)
        if message["parent_header"].get("msg_id") != request:
            continue
        messages.append(message)
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return messages


def reply(client, request, timeout=30):
    while True:
        message = client.get_shell_msg(timeout=timeout)
        if message["parent_header"].get("msg_id") == request:
            return message["content"]


def test_order_of_messages(kernel):
    _, client = kernel
    request = client.execute("console.log('out'); 40 + 2")
    types = [message["msg_type"] for message in collect(client, request)]
    assert types == ["status", "execute_input", "stream", "execute_result", "status"]
    assert reply(client, request)["execution_count"] == 1


def test_error_has_name_value_and_traceback_in_cell_lines(kernel):
    _, client = kernel
    request = client.execute("const a = 1;\n\nthrow new RangeError('too far');")
    errors = [m["content"] for m in collect(client, request) if m["msg_type"] == "error"]
    assert [(e["ename"], e["evalue"]) for e in errors] == [("RangeError", "too far")]
    assert "cell [1], line 3:7" in errors[0]["traceback"][-1]
    answer = reply(client, request)
    assert answer["status"] == "error" and answer["ename"] == "RangeError"


def test_queued_cells_are_aborted_after_an_error(kernel):
    _, client = kernel
    first = client.execute("await new Promise((r) => setTimeout(r, 300)); throw new Error('x')")
    second = client.execute("'never'")
    assert reply(client, first)["status"] == "error"
    assert reply(client, second)["status"] == "aborted"
    third = client.execute("'runs'")
    assert reply(client, third)["status"] == "ok"


def test_queued_cells_run_when_stop_on_error_is_off(kernel):
    _, client = kernel
    first = client.execute("await new Promise((r) => setTimeout(r, 300)); throw new Error('x')", stop_on_error=False)
    second = client.execute("'runs'")
    assert reply(client, first)["status"] == "error"
    assert reply(client, second)["status"] == "ok"


def test_a_cell_sent_right_after_an_error_runs(kernel):
    _, client = kernel
    for _ in range(10):
        request = client.execute("throw new Error('x')")
        assert reply(client, request)["status"] == "error"
        request = client.execute("'at once'")
        assert reply(client, request)["status"] == "ok"


def test_twenty_thousand_lines_arrive(kernel):
    _, client = kernel
    request = client.execute("for (let i = 0; i < 20_000; i++) console.log(i);")
    text = "".join(m["content"]["text"] for m in collect(client, request) if m["msg_type"] == "stream")
    assert text.split() == [str(i) for i in range(20_000)]


def begun(client, request):
    """Waits until a cell is taken up; from then on an interrupt is its own, also while it is compiled."""
    while True:
        message = client.get_iopub_msg(timeout=30)
        if message["parent_header"].get("msg_id") == request and message["msg_type"] == "execute_input":
            return


@pytest.mark.parametrize("wait", [0, 0.1, 1])
@pytest.mark.parametrize(
    "code",
    [
        "while (true) {}",
        "await new Promise(() => {});",
        "await new Promise((r) => setTimeout(r, 1e6));",
        "await Promise.resolve();\nwhile (true) {}",
        "({ [Symbol.for('Jupyter.display')]() { for (;;); } })",
    ],
)
def test_interrupt_stops_the_cell_and_keeps_the_kernel(kernel, code, wait):
    manager, client = kernel
    reply(client, client.execute("const kept = 7;"))
    request = client.execute(code)
    begun(client, request)
    time.sleep(wait)
    manager.interrupt_kernel()
    answer = reply(client, request)
    assert (answer["status"], answer["ename"]) == ("error", "Interrupted")
    request = client.execute("kept")
    results = [m["content"]["data"] for m in collect(client, request) if m["msg_type"] == "execute_result"]
    assert results == [{"text/plain": "7"}]


def test_timers_of_an_interrupted_cell_are_gone(kernel):
    manager, client = kernel
    request = client.execute("setInterval(() => console.log('tick'), 50); await new Promise(() => {});")
    while client.get_iopub_msg(timeout=30)["msg_type"] != "stream":
        pass
    manager.interrupt_kernel()
    reply(client, request)
    collect(client, request)
    time.sleep(0.3)
    request = client.execute("'quiet'")
    assert not [m for m in collect(client, request) if m["msg_type"] == "stream"]


def test_late_output_and_late_errors_go_to_their_own_cell(kernel):
    _, client = kernel
    first = client.execute("setTimeout(() => { console.log('late'); throw new Error('later'); }, 200);")
    reply(client, first)
    second = client.execute("await new Promise((r) => setTimeout(r, 600));")
    seen = {first: [], second: []}
    while True:
        message = client.get_iopub_msg(timeout=30)
        parent = message["parent_header"].get("msg_id")
        if parent in seen:
            seen[parent].append(message["msg_type"])
        if parent == second and message["content"].get("execution_state") == "idle":
            break
    assert seen[first][-2:] == ["stream", "error"]
    assert seen[second] == ["status", "execute_input", "status"]


def test_control_answers_while_a_cell_runs(kernel):
    manager, client = kernel
    request = client.execute("await new Promise(() => {});")
    begun(client, request)
    message = client.session.msg("kernel_info_request", {})
    client.control_channel.send(message)
    answer = client.get_control_msg(timeout=30)
    assert answer["content"]["protocol_version"] == "5.4"
    manager.interrupt_kernel()
    assert reply(client, request)["ename"] == "Interrupted"


def test_comms_are_refused_and_listed_as_none(kernel):
    _, client = kernel
    message = client.session.msg("comm_info_request", {})
    client.shell_channel.send(message)
    assert reply(client, message["header"]["msg_id"])["comms"] == {}


def test_silent_requests_say_nothing_and_do_not_count(kernel):
    _, client = kernel
    request = client.execute("console.log('x'); 5", silent=True)
    types = [message["msg_type"] for message in collect(client, request)]
    assert types == ["status", "status"]
    request = client.execute("1")
    assert reply(client, request)["execution_count"] == 1


def test_shutdown_ends_the_process_in_time_despite_timers(kernel):
    manager, client = kernel
    reply(client, client.execute("setInterval(() => {}, 1000);"))
    process = manager.provisioner.process
    client.shutdown()
    deadline = time.time() + 20
    while process.poll() is None and time.time() < deadline:
        time.sleep(0.05)
    assert process.poll() == 0


def test_restart_forgets_what_was_declared(kernel):
    manager, client = kernel
    reply(client, client.execute("const kept = 7;"))
    manager.restart_kernel()
    client.wait_for_ready(timeout=60)
    answer = reply(client, client.execute("kept"))
    assert answer["ename"] == "TypeScriptError"


def test_the_kernel_ends_with_its_parent():
    code = (
        "from jupyter_client.manager import KernelManager; import time\n"
        "m = KernelManager(kernel_name='tslab'); m.start_kernel(); c = m.client(); c.start_channels()\n"
        "c.wait_for_ready(timeout=60); c.execute('while (true) {}'); time.sleep(1)\n"
        "print(m.provisioner.pid, flush=True); time.sleep(100)\n"
    )
    import sys

    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        pid = int(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)
    deadline = time.time() + 30
    while time.time() < deadline:
        try:
            os.kill(pid, 0)
            with open(f"/proc/{pid}/stat", encoding="utf8") as stat:
                if stat.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return
        except (ProcessLookupError, FileNotFoundError):
            return
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    raise AssertionError("the kernel outlived its parent")
