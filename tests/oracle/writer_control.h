// Steering a writer from outside: lines on its standard input, SIGTERM and SIGINT. Answers are JSON lines on
// its standard output, so that a test waits for an event and never for a time.
#pragma once
#include <atomic>
#include <cstdint>
#include <string>

namespace oracle {

struct WriterControl {
  std::atomic<bool> stop{false};     // "quit", SIGTERM, SIGINT
  std::atomic<bool> die{false};      // "die": kill -9 of itself
  std::atomic<bool> pause{false};    // "pause", "resume"
  std::atomic<bool> flush{false};    // "flush": flush all memtables
  std::atomic<bool> compact{false};  // "compact": compact everything
  std::atomic<double> rate{-1};      // "rate N": -1: unchanged
};

// Starts a detached reader of standard input if asked; end of input is ignored. One control per process.
void start_control(WriterControl& control, bool read_stdin);

// {"event":name,"commit":n,"ns":now,...}; `more` is further members, beginning with a comma, or empty.
void say(const char* event, int64_t commit, const std::string& more = "");

}  // namespace oracle
