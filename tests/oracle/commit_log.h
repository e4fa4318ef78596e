// The writer's own record of its commits: an append-only text file, one line per event, written with one
// write(2) each, so that it survives kill -9 of the writer. Times are time of day in nanoseconds.
//
//   H {json}                 the configuration (first line)
//   R epoch n parent ns      a start of the writer: it found the state after commit n of epoch `parent` (-1
//   -1: new) P n epoch                commit n will carry the epoch in which its recovered transaction was
//   prepared L n                      commit n had its WAL disabled and was lost by a crash B n ns just
//   before the write call of commit n A n ns                   just after its acknowledgement F n ns ns
//   FlushWAL: commits up to n left the process's memory (before, after) C name n ns ns           column
//   family created before commit n (before, after) X name n ns ns           column family dropped before
//   commit n
#pragma once
#include <cstdint>
#include <string>

namespace oracle {

class CommitLog {
 public:
  ~CommitLog();
  // Opens for appending; a torn last line is ended first. Throws std::system_error.
  void open(const std::string& path);

  void header(const std::string& json);
  void start(uint32_t epoch, int64_t n, int64_t parent);
  void inherited(uint64_t n, uint32_t epoch);
  void lost(uint64_t n);
  void before(uint64_t n);
  void after(uint64_t n);
  void flushed(uint64_t n, int64_t before_ns);
  void created(const std::string& family, uint64_t n, int64_t before_ns);
  void dropped(const std::string& family, uint64_t n, int64_t before_ns);

 private:
  void append(const char* pattern, ...) __attribute__((format(printf, 2, 3)));
  void append_text(const std::string& text);
  int fd_ = -1;
};

}  // namespace oracle
