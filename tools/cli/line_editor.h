#pragma once
// Lines from a terminal: editing, history, completion (libedit).

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/status.h"

namespace seabed {

class LineEditor {
 public:
  /// What may follow `word` (the last word before the cursor), each a whole word.
  using CompleteFn = std::function<std::vector<std::string>(const std::string& word)>;

  /// On standard input and output. `history`: a file of mode 0600, read now and written at each remember();
  /// empty: no file. A history that cannot be read or is open to others is left alone.
  static Result<std::unique_ptr<LineEditor>> open(const std::string& history, CompleteFn complete);
  virtual ~LineEditor() = default;

  struct Line {
    enum class Kind { kText, kCancelled, kEnd } kind = Kind::kEnd;  // Ctrl-C, Ctrl-D on an empty line
    std::string text;                                               // without the newline
  };
  virtual Line read(const std::string& prompt) = 0;
  virtual void remember(const std::string& text) = 0;
};

/// What all words have in common at their beginning, case apart.
std::string common_beginning(const std::vector<std::string>& words);

}  // namespace seabed
