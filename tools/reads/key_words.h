#pragma once
// Keys and values as words: text with escapes, or hex.

#include <optional>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "tools/cli/error_json.h"

namespace seabed {

class Invocation;

/// Printable ASCII as it is, a backslash twice, everything else as \xNN.
std::string escaped(std::string_view bytes);
/// kInvalidArgument: not pairs of hex digits. `object` names the option.
Result<std::string> from_hex(const std::string& text, const std::string& object);
/// --<name> as its bytes, or --<name>-hex; nullopt: neither. kInvalidArgument: both.
Result<std::optional<std::string>> read_bytes(const Invocation& invocation, const std::string& name);
void append_escaped(std::string* out, std::string_view bytes);
void append_hex(std::string* out, std::string_view bytes);
bool is_utf8(std::string_view text);
/// The same members as text, without braces.
void append_json(std::string* out, std::string_view name, std::string_view bytes);
/// {"<name>_hex": …} and, when it is valid UTF-8, {"<name>": …} too.
void add_bytes(Json* json, const std::string& name, std::string_view bytes);

}  // namespace seabed
