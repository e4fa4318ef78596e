#pragma once
// What the mysql client prints with --batch: tab, line feed, NUL and the backslash itself come with a backslash.

#include <string>
#include <string_view>

namespace seabed {

/// A field without the client's escapes. Any text is taken; a backslash at the end stands for itself.
std::string unescape_batch(std::string_view field);

}  // namespace seabed
