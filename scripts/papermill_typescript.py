"""papermill for TypeScript notebooks: `python scripts/papermill_typescript.py IN OUT -p name value`.

papermill has translators for the languages of parameters, none for TypeScript, and no entry point to add one. This
registers one and then is papermill. JUPYTER_PATH has to lead to the kernel: `.workbench/jupyter` after `churn lab`.
"""

import json
import math
import sys

from papermill.translators import Translator, papermill_translators


class TypeScriptTranslator(Translator):
    """Writes parameters as `const name = value;`."""

    @classmethod
    def translate(cls, val):
        if isinstance(val, float) and not math.isfinite(val):
            if math.isnan(val):
                return "Number.NaN"
            return "Number.POSITIVE_INFINITY" if val > 0 else "Number.NEGATIVE_INFINITY"
        return json.dumps(val, default=str)

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()

    @classmethod
    def assign(cls, name, str_val):
        return f"const {name} = {str_val};"

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        lines = [cls.assign(name, cls.translate(value)) for name, value in parameters.items()]
        return "\n".join([cls.comment(comment), *lines]) + "\n"


papermill_translators.register("typescript", TypeScriptTranslator)
papermill_translators.register("tslab", TypeScriptTranslator)

if __name__ == "__main__":
    from papermill.cli import papermill

    sys.exit(papermill())
