"""The suite for authors of kernels, https://github.com/jupyter/jupyter_kernel_test, on our kernel."""

import unittest

import jupyter_kernel_test

# the suite is patient for 15 s; a machine that does much else needs more
jupyter_kernel_test.TIMEOUT = 60


class TypeScriptKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "tslab"
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = "console.log('hello, world');"
    code_stderr = "console.error('oops');"

    completion_samples = [
        {"text": "Math.flo", "matches": {"floor"}},
        {"text": "import * as churn from 'churn-workbench/notebook'; churn.runNoteb", "matches": {"runNotebook"}},
    ]
    complete_code_samples = ["1 + 1", "console.log('hello');", "function f() {\n  return 1;\n}"]
    incomplete_code_samples = ["function f() {", "const a = [1,"]

    code_generate_error = "throw new Error('on purpose');"
    code_execute_result = [
        {"code": "1 + 2", "result": "3"},
        {"code": "({ a: [1, 2] })", "result": "{ a: [ 1, 2 ] }"},
        {"code": "await Promise.resolve('later')", "result": "later"},
    ]
    code_display_data = [
        {"code": "import { displayRaw } from 'churn-workbench'; await displayRaw({ 'text/html': '<b>hi</b>' })", "mime": "text/html"},
    ]
    code_inspect_sample = "parseInt"
    code_clear_output = "import { clearOutput } from 'churn-workbench'; clearOutput();"
    supported_history_operations = ()

    def test_completion_with_cursor_inside(self):
        self.flush_channels()
        self.kc.complete("const word = 'ä😀'; word.toUpp; 1", 29)
        reply = self.get_non_kernel_info_reply(timeout=20)
        self.assertIn("toUpperCase", reply["content"]["matches"])


if __name__ == "__main__":
    unittest.main()
