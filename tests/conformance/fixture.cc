#include "tests/conformance/fixture.h"

#include <cstdlib>

#include "core/storage/driver/driver_store.h"
#include "core/storage/driver/registry.h"

namespace seabed::test {

ScratchDir::ScratchDir() {
  std::string name = (std::filesystem::temp_directory_path() / "seabed-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch directory");
  path_ = name;
}

ScratchDir::~ScratchDir() {
  std::error_code ec;
  std::filesystem::remove_all(path_, ec);
}

Storage& storage() {
  static const auto made = [] {
    StorageOptions options;
    options.driver_directories = {SEABED_TEST_DRIVERS};
    auto result = Storage::create(std::move(options));
    if (!result) throw std::runtime_error(result.error().message());
    return std::move(*result);
  }();
  return *made;
}

void Conformance::SetUp() { bare = std::getenv("SEABED_CONFORMANCE_STACK") ? open_stack() : open_bare(); }

std::shared_ptr<ObjectStore> Conformance::open_bare() {
  static const auto registry = scan_drivers({SEABED_TEST_DRIVERS}).value();
  auto store =
      open_driver_store(registry.by_scheme.at("file"), "file", scratch / "root", {}, "file://root", ctx);
  if (!store) throw std::runtime_error(store.error().message());
  return *store;
}

std::shared_ptr<ObjectStore> Conformance::open_stack() {
  auto store = storage().open(parse_uri("file://" + scratch / "root").value());
  if (!store) throw std::runtime_error(store.error().message());
  return *store;
}

void Conformance::put(const std::string& key, std::string_view bytes, PutMode mode) {
  const auto status = put_object(*bare, key, bytes, mode, ctx);
  ASSERT_TRUE(status.has_value()) << status.error().message();
}

std::string Conformance::get(const std::string& key) {
  const auto bytes = read_object(*bare, key, 1 << 30, ctx);
  EXPECT_TRUE(bytes.has_value()) << bytes.error().message();
  return bytes.value_or("");
}

std::vector<std::string> Conformance::keys(const std::string& prefix, uint32_t page) {
  std::vector<std::string> out;
  std::string token;
  do {
    auto result = bare->list(prefix, token, page, ctx);
    EXPECT_TRUE(result.has_value()) << result.error().message();
    if (!result) break;
    for (auto& entry : result->entries) out.push_back(entry.key);
    token = result->next;
  } while (!token.empty());
  return out;
}

}  // namespace seabed::test
