#pragma once
// What the lines of a thread are about: tenant, job, object. Set by whoever begins the work; the formatter of
// the program (tools/cli/log_output.h) puts it on every line. Lines are written on the thread that logs.

#include <string>

namespace seabed::log {

struct Context {
  std::string tenant, job, object;  // empty: not told
};
const Context& context();

/// While it lives, this thread's lines carry `context`; an empty field keeps what was there.
class Scope {
 public:
  explicit Scope(Context context);
  Scope(const Scope&) = delete;
  ~Scope();

 private:
  Context before_;
};

}  // namespace seabed::log
