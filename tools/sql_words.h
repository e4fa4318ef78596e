#pragma once
// What the prompt of `seabed sql` completes: the words of the statements, views, and names that it is given.

#include <string>
#include <vector>

namespace seabed {

/// In the order of the alphabet, case apart; keywords in capitals.
std::vector<std::string> words_beginning_with(const std::string& beginning, const std::vector<std::string>& names);

}  // namespace seabed
