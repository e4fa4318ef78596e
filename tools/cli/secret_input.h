#pragma once
// Passwords and other secrets for a verb: from a file, from standard input, or asked for on the terminal.
// Never from the words of the command line: those can be read by everyone on the machine.

#include <string>
#include <vector>

#include "core/base/status.h"
#include "tools/cli/verb.h"

namespace seabed {

class Invocation;

/// --<name>-file FILE ("-": the first line of standard input). Without it the terminal is asked.
/// `help`: what the secret is for, "password of the key backup".
std::vector<OptionSpec> secret_options(const std::string& name, const std::string& help);

/// The secret of --<name>-file, else asked for on the terminal as "<prompt>: " (twice when `confirm`).
/// Never empty. kInvalidArgument: an empty answer, two answers that differ, no terminal and no option, text
/// with a NUL or a newline inside; kCancelled: end of input or Ctrl-C at the prompt. No error shows the text.
Result<std::string> read_secret(const Invocation& invocation, const std::string& name,
                                const std::string& prompt, bool confirm = false);
/// True when read_secret() would not have to ask.
bool has_secret_option(const Invocation& invocation, const std::string& name);

/// The first line of a file, or of standard input for "-".
Result<std::string> read_secret_file(const std::string& file, const std::string& option);
/// Every line of a file, for options that take several (passwords of a chain of sets); empty lines are left
/// out.
Result<std::vector<std::string>> read_secret_lines(const std::string& file, const std::string& option);
/// Asks on the controlling terminal without echo; its settings come back whatever happens.
Result<std::string> ask_secret(const std::string& prompt, bool confirm);

/// Overwrites the text before it is given back (the compiler keeps the writes).
void wipe(std::string* secret);

}  // namespace seabed
