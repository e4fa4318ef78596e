#include "writer_control.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "wall_clock.h"

namespace oracle {
namespace {

WriterControl* g_control = nullptr;

void on_signal(int) { g_control->stop = true; }

void obey(WriterControl& control, const std::string& line) {
  if (line == "quit") control.stop = true;
  if (line == "die") control.die = true;
  if (line == "pause") control.pause = true;
  if (line == "resume") control.pause = false;
  if (line == "flush") control.flush = true;
  if (line == "compact") control.compact = true;
  if (line.rfind("rate ", 0) == 0) control.rate = std::strtod(line.c_str() + 5, nullptr);
}

}  // namespace

void start_control(WriterControl& control, bool read_stdin) {
  g_control = &control;
  std::signal(SIGTERM, on_signal);
  std::signal(SIGINT, on_signal);
  if (!read_stdin) return;
  std::thread([&control] {
    for (std::string line; std::getline(std::cin, line);) obey(control, line);
  }).detach();
}

void say(const char* event, int64_t commit, const std::string& more) {
  std::printf("{\"event\":\"%s\",\"commit\":%lld,\"ns\":%lld%s}\n", event, static_cast<long long>(commit),
              static_cast<long long>(wall_ns()), more.c_str());
  std::fflush(stdout);
}

}  // namespace oracle
