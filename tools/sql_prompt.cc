#include "tools/sql_prompt.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "core/engine/statement/parse.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/line_editor.h"
#include "tools/sql_input.h"
#include "tools/sql_words.h"

namespace seabed {
namespace {

std::string history_file() {
  const char* home = std::getenv("HOME");
  return home && *home == '/' ? std::string(home) + "/.seabed_history" : std::string();
}

bool is_blank(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isspace(c); });
}

bool is_goodbye(std::string text) {
  text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == ' ' || c == ';'; }),
             text.end());
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text == "exit" || text == "quit" || text == "\\q";
}

/// One line of history; not what has a secret, nor what a line cannot hold.
void remember(LineEditor& editor, std::string text) {
  if (has_secret(text) || text.find("--") != text.npos || text.find('#') != text.npos) return;
  std::replace(text.begin(), text.end(), '\n', ' ');
  editor.remember(text);
}

void run_one(LineEditor& editor, const std::string& text,
             const std::function<Result<std::string>(const std::string&)>& run) {
  remember(editor, text);
  auto answer = run(text);
  if (answer) return void(std::cout << *answer << std::flush);
  std::cerr << "error: " << answer.error().message();
  if (answer.error().ob_error) std::cerr << " [" << answer.error().ob_error << "]";
  std::cerr << std::endl;
}

}  // namespace

Result<int> sql_prompt(const std::vector<std::string>& names,
                       const std::function<Result<std::string>(const std::string& text)>& run) {
  SEABED_TRY(auto editor, LineEditor::open(history_file(), [&](const std::string& word) {
               return words_beginning_with(word, names);
             }));
  std::cout << "Statements end with ; and may have several lines. Tab completes, Ctrl-C drops the line, exit "
               "ends.\n";
  for (std::string text;;) {
    std::cout.flush();
    const auto line = editor->read(text.empty() ? "seabed> " : "     -> ");
    if (line.kind == LineEditor::Line::Kind::kEnd) return std::cout << std::endl, kExitOk;
    if (line.kind == LineEditor::Line::Kind::kCancelled) {
      text.clear();
      continue;
    }
    if (text.empty() && is_goodbye(line.text)) return kExitOk;
    text += (text.empty() ? "" : "\n") + line.text;
    if (is_blank(text)) text.clear();
    if (!statement::is_complete(text)) continue;
    run_one(*editor, text, run);
    text.clear();
  }
}

}  // namespace seabed
