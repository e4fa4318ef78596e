// ledger_writer: a live application for the tests, in a process of its own. See README.md for its flags.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <thread>

#include "ledger_commits.h"
#include "ledger_db.h"
#include "ledger_values.h"
#include "wall_clock.h"
#include "writer_control.h"
#include "writer_pace.h"
#include "writer_run.h"

using namespace std::chrono_literals;

namespace {

uint64_t g_abort_at = ~uint64_t{0};

// Killed some microseconds into the write call, from another thread, so that the record may be torn anywhere.
void kill_in_the_middle(uint64_t n) {
  if (n != g_abort_at) return;
  std::thread([n] {
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::nanoseconds(oracle::mix(n, getpid()) % 60000);
    while (std::chrono::steady_clock::now() < until) {
    }
    kill(getpid(), SIGKILL);
  }).detach();
}

void flush_families(oracle::LedgerDb& db) {
  for (const auto& [name, handle] : db.families()) {
    if (const auto status = db.db()->Flush({}, handle); !status.ok())
      throw std::runtime_error(status.ToString());
  }
}

void compact_families(oracle::LedgerDb& db) {
  for (const auto& [name, handle] : db.families()) {
    const auto status = db.db()->CompactRange({}, handle, nullptr, nullptr);
    if (!status.ok()) throw std::runtime_error(status.ToString());
  }
}

class Writer {
 public:
  Writer(const oracle::Run& run, const oracle::LedgerConfig& config, oracle::LedgerDb& db,
         oracle::LedgerCommits& commits, oracle::WriterControl& control)
      : run_(run), config_(config), db_(db), commits_(commits), control_(control), pace_(run.rate) {}

  void write() {
    const auto start = std::chrono::steady_clock::now();
    uint64_t done = 0;
    while (!control_.stop && (run_.commits == 0 || done < run_.commits)) {
      const auto elapsed = std::chrono::steady_clock::now() - start;
      if (run_.seconds > 0 && elapsed > std::chrono::duration<double>(run_.seconds)) break;
      attend();
      if (paused_) {
        std::this_thread::sleep_for(1ms);
      } else if (const auto wait = pace_.due(); wait > 0ns) {
        std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(wait, 2ms));
      } else {
        commits_.step();
        pace_.committed();
        ++done;
      }
    }
  }

  // Commands and the periodic flush, between two commits.
  void attend() {
    if (control_.die) kill(getpid(), SIGKILL);
    if (control_.rate >= 0) pace_.set(control_.rate.exchange(-1));
    if (control_.flush.exchange(false)) {
      flush_families(db_);
      oracle::say("flushed", commits_.last());
    }
    if (control_.compact.exchange(false)) {
      compact_families(db_);
      oracle::say("compacted", commits_.last());
    }
    const auto now = std::chrono::steady_clock::now();
    if (config_.manual_wal_flush && now - flushed_ > std::chrono::milliseconds(config_.flush_wal_ms)) {
      commits_.flush_wal();
      flushed_ = now;
    }
    if (control_.pause != paused_) settle_pause();
  }

 private:
  void settle_pause() {
    paused_ = control_.pause;
    if (paused_ && config_.manual_wal_flush) commits_.flush_wal();
    oracle::say(paused_ ? "paused" : "resumed", commits_.last());
    if (!paused_) pace_.set(run_.rate);
  }

  const oracle::Run& run_;
  const oracle::LedgerConfig& config_;
  oracle::LedgerDb& db_;
  oracle::LedgerCommits& commits_;
  oracle::WriterControl& control_;
  oracle::Pace pace_;
  bool paused_ = false;
  std::chrono::steady_clock::time_point flushed_ = std::chrono::steady_clock::now();
};

int run_writer(oracle::Run run) {
  std::optional<oracle::CommitHistory> history;
  if (std::filesystem::exists(run.log)) {
    history = oracle::CommitHistory::load(run.log);
    run.config = merge_saved(history->config(), run.config, run.given);
  }
  if (const auto reason = refuse_reason(run.config); !reason.empty()) throw std::runtime_error(reason);
  oracle::WriterControl control;
  control.pause = run.paused;
  start_control(control, run.control);
  oracle::LedgerDb db;
  const auto status = db.open(run.db, run.config, oracle::OpenMode::kWrite);
  if (!status.ok()) throw std::runtime_error(run.db + ": " + status.ToString());
  oracle::CommitLog log;
  log.open(run.log);
  if (!history) log.header(to_json(run.config));
  oracle::LedgerCommits commits(db, run.config, log, run.db + ".ingest.sst");
  commits.resume(history ? &*history : nullptr);
  if (run.abort_after) g_abort_at = static_cast<uint64_t>(commits.last()) + run.abort_after;
  commits.on_begin = kill_in_the_middle;
  if (commits.last() < 0) commits.step();
  oracle::say("ready", commits.last(),
              ",\"pid\":" + std::to_string(getpid()) + ",\"epoch\":" + std::to_string(commits.epoch()));
  Writer writer(run, run.config, db, commits, control);
  writer.write();
  if (run.config.manual_wal_flush) commits.flush_wal();
  oracle::say("done", commits.last());
  while (run.keep_open && !control.stop) {
    writer.attend();
    std::this_thread::sleep_for(2ms);
  }
  if (run.dirty_exit) _exit(0);
  if (const auto closed = db.close(); !closed.ok()) throw std::runtime_error("close: " + closed.ToString());
  oracle::say("closed", commits.last());
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  const int status = run_writer(oracle::parse_run(argc, argv));
  std::cout.flush();
  _exit(status);  // see LedgerDb::close
} catch (const std::exception& e) {
  std::cerr << "ledger_writer: " << e.what() << "\n";
  return 2;
}
