// causal_check: the last write in each of two restored databases, whether each is whole up to there, and by
// how much time B is ahead of A (0: it is not). Exit status 1 if it is ahead by more than --bound-ns.
#include <rocksdb/db.h>

#include <boost/program_options.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <unordered_map>

namespace po = boost::program_options;

namespace {

struct Times {
  int64_t a_before = 0, a_after = 0, b_after = 0;
};

struct Side {
  uint64_t last = 0;
  bool whole = true;  // h/<n> of every n that is still to be expected is there
};

Side look(const std::string& dir) {
  rocksdb::Options options;
  rocksdb::DB* raw = nullptr;
  if (const auto s = rocksdb::DB::OpenForReadOnly(options, dir, &raw); !s.ok()) {
    throw std::runtime_error(dir + ": " + s.ToString());
  }
  std::unique_ptr<rocksdb::DB> db(raw);
  Side side;
  std::string value;
  if (db->Get({}, "last", &value).ok()) side.last = std::stoull(value);
  const uint64_t from = side.last > 100000 ? side.last - 99999 : 1;
  for (uint64_t n = from; n <= side.last && side.whole; ++n) {
    const auto status = db->Get({}, "h/" + std::to_string(n % 100000), &value);
    side.whole = status.ok() && std::stoull(value) == n;
  }
  return side;
}

std::unordered_map<uint64_t, Times> read_log(const std::string& path) {
  std::ifstream in(path);
  std::unordered_map<uint64_t, Times> times;
  uint64_t n = 0;
  for (Times t; in >> n >> t.a_before >> t.a_after >> t.b_after;) times[n] = t;
  return times;
}

// B shows n, so A's a_last + 1 was acknowledged before B's n was begun (B begins when A's n is acknowledged). By as much at the
// least: B's own acknowledgement may have come long after its bytes were in the log.
int64_t violation_ns(const std::unordered_map<uint64_t, Times>& times, uint64_t a_last, uint64_t b_last) {
  const auto missing = times.find(a_last + 1), shown = times.find(b_last);
  if (b_last <= a_last) return 0;
  if (missing == times.end() || shown == times.end())
    return 1;  // the log's last line was not written: a bare minimum
  return std::max<int64_t>(1, shown->second.a_after - missing->second.a_after);
}

}  // namespace

int main(int argc, char** argv) try {
  std::string a, b, log;
  int64_t bound = 0;
  po::options_description options("causal_check --a DIR --b DIR --log FILE [--bound-ns N]");
  options.add_options()("help", "this text")                       //
      ("a", po::value(&a)->required(), "closed directory")         //
      ("b", po::value(&b)->required(), "closed directory")         //
      ("log", po::value(&log)->required(), "causal_writer's log")  //
      ("bound-ns", po::value(&bound), "how far B may be ahead of A in time");
  po::variables_map vm;
  po::store(po::parse_command_line(argc, argv, options), vm);
  if (vm.count("help")) {
    std::cout << options << "\n";
    return 0;
  }
  po::notify(vm);
  const Side in_a = look(a), in_b = look(b);
  const int64_t ahead = violation_ns(read_log(log), in_a.last, in_b.last);
  const bool ok = in_a.whole && in_b.whole && ahead <= bound;
  std::printf("{\"ok\":%s,\"a\":%llu,\"b\":%llu,\"a_whole\":%s,\"b_whole\":%s,\"ahead_ns\":%lld}\n",
              ok ? "true" : "false", static_cast<unsigned long long>(in_a.last),
              static_cast<unsigned long long>(in_b.last), in_a.whole ? "true" : "false",
              in_b.whole ? "true" : "false", static_cast<long long>(ahead));
  return ok ? 0 : 1;
} catch (const std::exception& e) {
  std::cerr << "causal_check: " << e.what() << "\n";
  return 2;
}
