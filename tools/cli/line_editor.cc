#include "tools/cli/line_editor.h"

#include <fcntl.h>
#include <histedit.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "core/base/fd.h"

namespace seabed {
namespace {

constexpr int kRemembered = 500;

bool is_word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$'; }
char small(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

/// A FILE of a private regular file; nullptr: there is none, or others may write it.
FILE* open_private(const std::string& path, int flags, const char* mode) {
  Fd fd(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600));
  struct stat st;
  if (!fd || ::fstat(fd.get(), &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != ::geteuid()) return nullptr;
  if ((st.st_mode & 077) && ::fchmod(fd.get(), 0600) != 0) return nullptr;
  return ::fdopen(fd.release(), mode);
}

class LibEdit : public LineEditor {
 public:
  LibEdit(std::string history, CompleteFn complete)
      : file_(std::move(history)), complete_(std::move(complete)) {}
  ~LibEdit() override {
    if (editor_) ::el_end(editor_);
    if (history_) ::history_end(history_);
  }

  Status start() {
    history_ = ::history_init();
    editor_ = ::el_init("seabed", stdin, stdout, stderr);
    if (!history_ || !editor_) return fail(Code::kIo, "terminal", "cannot be edited on");
    ::el_set(editor_, EL_CLIENTDATA, this);
    ::el_set(editor_, EL_PROMPT, &LibEdit::prompt);
    ::el_set(editor_, EL_EDITOR, "emacs");
    ::el_set(editor_, EL_HIST, ::history, history_);
    ::el_set(editor_, EL_ADDFN, "seabed-complete", "completes a word", &LibEdit::complete);
    ::el_set(editor_, EL_ADDFN, "seabed-cancel", "drops the line", &LibEdit::cancel);
    ::el_set(editor_, EL_BIND, "^I", "seabed-complete", nullptr);
    ::el_set(editor_, EL_SETTY, "-d", "-isig", nullptr);  // Ctrl-C is a key of the editor, no signal
    ::el_set(editor_, EL_BIND, "^C", "seabed-cancel", nullptr);
    ::el_set(editor_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    HistEvent event;
    ::history(history_, &event, H_SETSIZE, kRemembered);
    ::history(history_, &event, H_SETUNIQUE, 1);
    load();
    return ok();
  }

  Line read(const std::string& prompt) override {
    prompt_ = prompt, cancelled_ = false;
    int length = 0;
    const char* text = ::el_gets(editor_, &length);
    if (cancelled_) return {Line::Kind::kCancelled, {}};  // its line is empty, as at the end
    if (!text || length <= 0) return {Line::Kind::kEnd, {}};
    std::string line(text, static_cast<size_t>(length));
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
    return {Line::Kind::kText, std::move(line)};
  }

  void remember(const std::string& text) override {
    HistEvent event;
    ::history(history_, &event, H_ENTER, text.c_str());
    if (file_.empty()) return;
    FILE* file = open_private(file_, O_WRONLY | O_CREAT, "w");
    if (!file) return;
    if (::ftruncate(::fileno(file), 0) == 0) ::history(history_, &event, H_SAVE_FP, file);
    std::fclose(file);
  }

 private:
  static LibEdit& self(EditLine* editor) {
    void* data = nullptr;
    ::el_get(editor, EL_CLIENTDATA, &data);
    return *static_cast<LibEdit*>(data);
  }
  static char* prompt(EditLine* editor) { return self(editor).prompt_.data(); }

  static unsigned char cancel(EditLine* editor, int) {
    LibEdit& me = self(editor);
    const LineInfo* line = ::el_line(editor);
    ::el_cursor(editor, static_cast<int>(line->lastchar - line->cursor));
    ::el_deletestr(editor, static_cast<int>(line->lastchar - line->buffer));
    me.cancelled_ = true;
    std::fputs("^C", stdout);
    return CC_NEWLINE;
  }

  static unsigned char complete(EditLine* editor, int) {
    const LineInfo* line = ::el_line(editor);
    const char* begin = line->cursor;
    while (begin > line->buffer && is_word_char(begin[-1])) --begin;
    const std::string word(begin, line->cursor);
    const auto words = word.empty() ? std::vector<std::string>() : self(editor).complete_(word);
    if (words.empty()) return CC_ERROR;
    const std::string common = common_beginning(words);
    if (common.size() > word.size() || words.size() == 1) {
      ::el_deletestr(editor, static_cast<int>(word.size()));
      ::el_insertstr(editor, (common + (words.size() == 1 ? " " : "")).c_str());
      return CC_REFRESH;
    }
    std::fputs("\n", stdout);
    for (const std::string& one : words) std::fprintf(stdout, "%s  ", one.c_str());
    std::fputs("\n", stdout);
    return CC_REDISPLAY;
  }

  void load() {
    FILE* file = file_.empty() ? nullptr : open_private(file_, O_RDONLY, "r");
    if (!file) return;
    std::fclose(file);
    HistEvent event;
    ::history(history_, &event, H_LOAD, file_.c_str());
  }

  std::string file_, prompt_;
  CompleteFn complete_;
  EditLine* editor_ = nullptr;
  History* history_ = nullptr;
  bool cancelled_ = false;
};

}  // namespace

std::string common_beginning(const std::vector<std::string>& words) {
  if (words.empty()) return {};
  std::string out = words.front();
  for (const std::string& word : words) {
    size_t n = 0;
    while (n < out.size() && n < word.size() && small(out[n]) == small(word[n])) ++n;
    out.resize(n);
  }
  return out;
}

Result<std::unique_ptr<LineEditor>> LineEditor::open(const std::string& history, CompleteFn complete) {
  auto editor = std::make_unique<LibEdit>(history, std::move(complete));
  SEABED_CHECK(editor->start());
  return editor;
}

}  // namespace seabed
