// causal_writer: the n-th write goes to database A, is acknowledged, then to database B. Whoever restores
// both must never show B's n-th without A's n-th, beyond the bound that he published. Killed, it goes on
// where A stands.
#include <rocksdb/db.h>

#include <boost/program_options.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <thread>

#include "stamp.h"
#include "wall_clock.h"

namespace po = boost::program_options;

namespace {

volatile std::sig_atomic_t g_stop = 0;

struct Settings {
  std::string a, b, log;
  double rate = 0, seconds = 0;
  uint64_t commits = 0;
  uint32_t flush_ms = 200, memtable_kb = 1024, value_size = 100;
};

std::unique_ptr<rocksdb::DB> open(const std::string& dir, const Settings& s, bool manual_flush) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.manual_wal_flush = manual_flush;
  options.write_buffer_size = size_t{s.memtable_kb} << 10;
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(options, dir, &db);
  if (!status.ok()) throw std::runtime_error(dir + ": " + status.ToString());
  return std::unique_ptr<rocksdb::DB>(db);
}

uint64_t last_in(rocksdb::DB& db) {
  std::string value;
  return db.Get({}, "last", &value).ok() ? std::stoull(value) : 0;
}

// One history line per write: n, then for A and B the clock before the call and after the acknowledgement.
void write_one(rocksdb::DB& db, uint64_t n, uint32_t value_size, const std::string& stamp) {
  rocksdb::WriteBatch batch;
  batch.Put("last", std::to_string(n));
  batch.Put("h/" + std::to_string(n % 100000), std::to_string(n) + std::string(value_size, '.'));
  if (!stamp.empty()) batch.PutLogData(stamp);
  if (const auto status = db.Write({}, &batch); !status.ok()) throw std::runtime_error(status.ToString());
}

void run(const Settings& s, bool stamp, bool flush_a, bool flush_b) {
  auto a = open(s.a, s, flush_a), b = open(s.b, s, flush_b);
  std::FILE* log = std::fopen(s.log.c_str(), "a");
  if (!log) throw std::runtime_error("cannot write " + s.log);
  setlinebuf(log);
  oracle::RisingClock clock;
  uint64_t n = last_in(*a);
  if (last_in(*b) < n) write_one(*b, n, s.value_size, stamp ? oracle::encode_stamp(clock.next()) : "");
  const uint64_t first = n;
  std::printf("{\"event\":\"ready\",\"commit\":%llu}\n", static_cast<unsigned long long>(n));
  std::fflush(stdout);
  const auto start = std::chrono::steady_clock::now();
  auto flushed = start;
  for (auto now = start; !g_stop; now = std::chrono::steady_clock::now()) {
    if (s.seconds > 0 && now - start > std::chrono::duration<double>(s.seconds)) break;
    if (s.commits && n - first >= s.commits) break;
    if (s.rate > 0)
      std::this_thread::sleep_until(start + std::chrono::duration<double>(double(n - first) / s.rate));
    ++n;
    const int64_t a0 = oracle::wall_ns();
    write_one(*a, n, s.value_size, stamp ? oracle::encode_stamp(clock.next()) : "");
    const int64_t a1 = oracle::wall_ns();
    write_one(*b, n, s.value_size, stamp ? oracle::encode_stamp(clock.next()) : "");
    const int64_t b1 = oracle::wall_ns();
    std::fprintf(log, "%llu %lld %lld %lld\n", static_cast<unsigned long long>(n), static_cast<long long>(a0),
                 static_cast<long long>(a1), static_cast<long long>(b1));
    if ((flush_a || flush_b) && now - flushed > std::chrono::milliseconds(s.flush_ms)) {
      if (flush_a) a->FlushWAL(false);
      if (flush_b) b->FlushWAL(false);
      flushed = now;
    }
  }
  if (flush_a) a->FlushWAL(false);
  if (flush_b) b->FlushWAL(false);
  std::printf("{\"event\":\"done\",\"commit\":%llu}\n", static_cast<unsigned long long>(n));
  std::fclose(log);
}

}  // namespace

int main(int argc, char** argv) try {
  Settings s;
  po::options_description options("causal_writer --a DIR --b DIR --log FILE [options]");
  options.add_options()("help", "this text")                                                       //
      ("a", po::value(&s.a)->required(), "written first")                                          //
      ("b", po::value(&s.b)->required(), "written after A's acknowledgement")                      //
      ("log", po::value(&s.log)->required(), "per write: n, ns before A, ns after A, ns after B")  //
      ("rate", po::value(&s.rate), "pairs per second, 0: as fast as possible")                     //
      ("seconds", po::value(&s.seconds), "stop after so many")                                     //
      ("commits", po::value(&s.commits), "stop after so many")                                     //
      ("value-size", po::value(&s.value_size), "bytes of padding")                                 //
      ("memtable-kb", po::value(&s.memtable_kb), "write_buffer_size of both")                      //
      ("flush-wal-ms", po::value(&s.flush_ms), "period of FlushWAL where it is manual")            //
      ("stamp", "a SEABEDST stamp in every write, rising over both databases")                     //
      ("manual-wal-flush-a", "A keeps log bytes in memory until the next FlushWAL")                //
      ("manual-wal-flush-b", "so does B");
  po::variables_map vm;
  po::store(po::parse_command_line(argc, argv, options), vm);
  if (vm.count("help")) {
    std::cout << options << "\n";
    return 0;
  }
  po::notify(vm);
  std::signal(SIGTERM, [](int) { g_stop = 1; });
  std::signal(SIGINT, [](int) { g_stop = 1; });
  run(s, vm.count("stamp"), vm.count("manual-wal-flush-a"), vm.count("manual-wal-flush-b"));
  return 0;
} catch (const std::exception& e) {
  std::cerr << "causal_writer: " << e.what() << "\n";
  return 2;
}
