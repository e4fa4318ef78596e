// ledger_check: compares a closed (restored, activated) database with the writer's own commit log, byte for
// byte. Exit status 0: equal and within the interval; 1: not; 2: wrong usage or the database does not open.
#include <unistd.h>

#include <boost/program_options.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "ledger_verdict.h"

namespace po = boost::program_options;

namespace {

std::string render(const oracle::Verdict& v) {
  nlohmann::ordered_json out;
  out["equal"] = v.equal;
  out["interval_ok"] = v.interval_ok;
  out["commit"] = v.commit;
  out["epoch"] = v.epoch;
  out["before_ns"] = v.before_ns;
  out["acked_ns"] = v.acked_ns;
  out["next_before_ns"] = v.next_before_ns;
  if (v.must_have >= 0) out["must_have"] = v.must_have;
  out["invariant_ok"] = v.invariant_ok;
  out["families"] = v.families;
  out["keys"] = v.keys;
  out["bytes"] = v.bytes;
  char digest[17];
  std::snprintf(digest, sizeof digest, "%016llx", static_cast<unsigned long long>(v.digest));
  out["digest"] = digest;
  if (!v.prepared.empty()) out["prepared"] = v.prepared;
  if (!v.differences.empty()) out["differences"] = v.differences;
  if (!v.error.empty()) out["error"] = v.error;
  return out.dump();
}

po::variables_map parse(int argc, char** argv) {
  po::options_description options("ledger_check --db DIR --log COMMITLOG [options]");
  options.add_options()("help", "this text")                                                        //
      ("db", po::value<std::string>()->required(), "a closed database directory")                   //
      ("log", po::value<std::string>()->required(), "the writer's commit log")                      //
      ("until-lo", po::value<int64_t>(), "every commit acknowledged by then must be present (ns)")  //
      ("until-hi", po::value<int64_t>(), "no commit begun after it may be present (ns)")            //
      ("expect", po::value<uint64_t>(), "exactly this commit")                                      //
      ("ddl-slack", po::value<uint32_t>()->default_value(0),
       "by how many commits created and dropped families may be ahead of the data")            //
      ("commit-prepared", "then commit the prepared transactions and compare again (writes)")  //
      ("write", "open for writing, as the application would (always so with transactions)")    //
      ("json", "accepted; the answer is always one line of JSON");
  po::variables_map vm;
  po::store(po::parse_command_line(argc, argv, options), vm);
  if (vm.count("help")) {
    std::cout << options << "\n";
    std::exit(0);
  }
  po::notify(vm);
  return vm;
}

template <class T>
std::optional<T> given(const po::variables_map& vm, const char* name) {
  return vm.count(name) ? std::optional<T>(vm[name].as<T>()) : std::nullopt;
}

}  // namespace

int main(int argc, char** argv) try {
  const auto vm = parse(argc, argv);
  const auto history = oracle::CommitHistory::load(vm["log"].as<std::string>());
  oracle::VerdictRequest request;
  request.until_lo_ns = given<int64_t>(vm, "until-lo");
  request.until_hi_ns = given<int64_t>(vm, "until-hi");
  request.expect = given<uint64_t>(vm, "expect");
  request.ddl_slack = vm["ddl-slack"].as<uint32_t>();
  request.commit_prepared = vm.count("commit-prepared") > 0;
  oracle::LedgerConfig config = history.config();
  config.wal_dir.clear();  // a copy must never look at the original's log
  // A read-only open does not understand transactions in the log.
  const bool write = config.txn || vm.count("write") || request.commit_prepared;
  oracle::LedgerDb db;
  const auto status = db.open(vm["db"].as<std::string>(), config,
                              write ? oracle::OpenMode::kWrite : oracle::OpenMode::kReadOnly);
  oracle::Verdict verdict;
  if (!status.ok()) {
    verdict.error = status.ToString();
    std::cout << render(verdict) << std::endl;
    return 2;
  }
  verdict = oracle::judge(db, history, request);
  std::cout << render(verdict) << std::endl;
  db.close();
  _exit(verdict.ok() ? 0 : 1);  // see LedgerDb::close
} catch (const std::exception& e) {
  std::cerr << "ledger_check: " << e.what() << "\n";
  return 2;
}
