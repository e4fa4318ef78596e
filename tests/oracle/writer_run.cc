#include "writer_run.h"

#include <boost/program_options.hpp>
#include <cstdlib>
#include <iostream>

namespace po = boost::program_options;

namespace oracle {
namespace {

template <class T>
auto option_value(T* field) {
  return po::value<T>(field)->default_value(*field);
}
auto option_value(bool* field) { return po::value<bool>(field)->default_value(*field)->implicit_value(true); }

}  // namespace

Run parse_run(int argc, char** argv) {
  Run run;
  po::options_description options("ledger_writer --db DIR --log COMMITLOG [options]");
  auto add = options.add_options();
  add("help", "this text");
  add("db", po::value(&run.db)->required(), "database directory, made if missing");
  add("log", po::value(&run.log)->required(), "commit log; goes on where it ends");
  add("rate", option_value(&run.rate), "commits per second, 0: as fast as possible");
  add("seconds", option_value(&run.seconds), "stop after so many, 0: never");
  add("commits", option_value(&run.commits), "stop after so many in this run, 0: never");
  add("abort-after", option_value(&run.abort_after),
      "kill -9 itself in the middle of the Nth commit of this run");
  add("keep-open", option_value(&run.keep_open), "at the end stay open until SIGTERM or 'quit'");
  add("dirty-exit", option_value(&run.dirty_exit), "at the end leave without closing the database");
  add("control", option_value(&run.control),
      "obey lines on standard input: pause resume flush compact rate quit die");
  add("paused", option_value(&run.paused), "begin paused, after the opening commit");
  visit_fields(run.config, [&](const char* name, auto& field, bool, const char* help) {
    add(name, option_value(&field), help);
  });
  po::variables_map vm;
  po::store(po::parse_command_line(argc, argv, options), vm);
  if (vm.count("help")) {
    std::cout << options << "\n";
    std::exit(0);
  }
  po::notify(vm);
  for (const auto& [name, value] : vm) {
    if (!value.defaulted()) run.given.push_back(name);
  }
  return run;
}

}  // namespace oracle
