#pragma once
// What one test sees: the driver, an opened destination, keys below a prefix of its own; and how it says that
// something is wrong. Tests register themselves.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "driver_library.h"
#include "store.h"

namespace seabed::check {

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct Skip : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class World {
 public:
  World(const Options& options, const std::string& test);

  const Options& options() const { return options_; }
  /// Loads the driver at the first call; `host` counts only then.
  const seabed_driver_v1* table(const seabed_host* host = host_table());
  Store& store();  // opened at the first call
  std::unique_ptr<Store> open_another();
  bool can(uint32_t flag) { return (capabilities().flags & flag) == flag; }
  const seabed_capabilities& capabilities();
  const std::string& prefix() const { return prefix_; }
  std::string key(const std::string& name) const { return prefix_ + name; }

  // Success or a failure of the test.
  void put(const std::string& key, std::string_view bytes, uint32_t flags = 0);
  std::string get(const std::string& key);
  std::string begin(const std::string& key, uint64_t part_bytes = 0);
  seabed_part part(const std::string& key, const std::string& id, uint32_t number, std::string_view bytes);
  void complete(const std::string& key, const std::string& id, const std::vector<seabed_part>& parts);
  uint64_t append(const std::string& key, uint64_t position, std::string_view bytes);
  /// Keys below the test's prefix + `below`, without the test's prefix; in the order in which they came.
  std::vector<std::string> keys(const std::string& below = "", uint32_t page = 1000);

  /// Deletes what the test left; failures are ignored. With `everything`: what all tests of this run left.
  void clean(bool everything = false);
  Violations& violations() { return violations_; }

 private:
  const Options& options_;
  Violations violations_;
  const seabed_driver_v1* table_ = nullptr;
  std::unique_ptr<Store> store_;
  std::once_flag opened_, asked_;  // tests may begin with threads
  seabed_capabilities capabilities_{};
  std::string prefix_;
};

void expect(bool good, const std::string& otherwise);
void expect_ok(const Answer& answer, const std::string& what);
void expect_code(const Answer& answer, int32_t code, const std::string& what);
void expect_equal(const std::string& found, const std::string& wanted, const std::string& what);
void expect_equal(uint64_t found, uint64_t wanted, const std::string& what);
void expect_equal(const std::vector<std::string>& found, const std::vector<std::string>& wanted,
                  const std::string& what);

/// Runs body(0…n-1) in threads that start together.
void together(int n, const std::function<void(int)>& body);

struct Test {
  const char* name;
  uint32_t needs;   // capabilities; the test is chosen when all are claimed
  uint32_t unless;  // … and none of these is
  void (*run)(World&);
};
std::vector<Test>& tests();
struct Registration {
  explicit Registration(const Test& test) { tests().push_back(test); }
};

}  // namespace seabed::check

#define CHECK_CONCAT_(a, b) a##b
#define CHECK_CONCAT(a, b) CHECK_CONCAT_(a, b)
#define CHECK_TEST_(name, needs, unless, id)                                                \
  static void CHECK_CONCAT(run_, id)(::seabed::check::World&);                              \
  static const ::seabed::check::Registration CHECK_CONCAT(                                  \
      registered_, id)(::seabed::check::Test{name, needs, unless, CHECK_CONCAT(run_, id)}); \
  static void CHECK_CONCAT(run_, id)([[maybe_unused]] ::seabed::check::World & world)
/// A test for drivers that claim all of `needs` (0: every driver).
#define CHECK_TEST(name, needs) CHECK_TEST_(name, needs, 0, __COUNTER__)
/// A test for drivers that do not claim `flag`.
#define CHECK_TEST_WITHOUT(name, flag) CHECK_TEST_(name, 0, flag, __COUNTER__)
