#pragma once
// Text -> statements (reference: statements). Keywords in any case; `;` between statements; comments
// `--`, `#`, `/* */`; texts in '' with the quote doubled inside; names bare or in backticks.

#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/engine/statement/statement.h"

namespace seabed::statement {

constexpr size_t kMaxText = 256 * 1024;   // bytes of one call
constexpr size_t kMaxStatements = 200;    // in one call
constexpr size_t kMaxList = 1000;         // names in one list
constexpr size_t kMaxQuoted = 16 * 1024;  // bytes of one quoted text

/// All of them or none. kInvalidArgument: the object is "line 1, column 8", the reason has the word that is wrong and
/// what may stand there. Quoted texts may hold secrets: no error shows one.
Result<std::vector<Statement>> parse_statements(std::string_view text);

/// Its last statement ends with a semicolon: what a prompt waits for. Quotes and comments are looked through.
bool is_complete(std::string_view text);

}  // namespace seabed::statement
