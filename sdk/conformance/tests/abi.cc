// Hosts of other versions: structs that end earlier, or go on behind what the driver knows.

#include "elf_symbols.h"
#include "fenced.h"
#include "world.h"

namespace seabed::check {

namespace {
seabed_error empty_error() {
  seabed_error error{};
  error.struct_size = sizeof error;
  return error;
}

seabed_context plain_context() {
  seabed_context context{};
  context.struct_size = sizeof context;
  context.deadline_ns = monotonic_ns() + 60'000'000'000u;
  return context;
}

void put_and_get(World& world) {
  world.put(world.key("k"), "hello");
  expect_equal(world.get(world.key("k")), "hello", "the object");
}

void works_with_host(World& world, size_t size, uint16_t minor) {
  seabed_host host = *host_table();
  host.abi_minor = minor;
  static const auto& kept = *new Fenced<seabed_host>(host, size);  // valid until the process ends
  world.table(kept.get());
  put_and_get(world);
}
}  // namespace

CHECK_TEST("abi.exports_one_symbol", 0) {
  std::string others;
  for (const std::string& name : exported_symbols(world.options().driver))
    if (name != SEABED_DRIVER_ENTRY_NAME && others.size() < 1000) others += " " + name;
  expect(others.empty(), "the library exports more than its entry (a version script hides it):" + others);
}

CHECK_TEST("abi.host_older", 0) { works_with_host(world, offsetof(seabed_host, extension), 0); }
CHECK_TEST("abi.host_newer", 0) { works_with_host(world, sizeof(seabed_host) + 64, SEABED_ABI_MINOR + 7); }

CHECK_TEST("abi.host_of_another_major_is_refused", 0) {
  seabed_host host = *host_table();
  host.abi_major = SEABED_ABI_MAJOR + 1;
  seabed_error error = empty_error();
  expect(entry_of(world.options().driver)(&host, &error) == nullptr, "a host of ABI 2 was accepted");
  expect(error.message[0] != 0, "a host of ABI 2 was refused without a message");
}

CHECK_TEST("abi.context_older_and_newer", 0) {
  put_and_get(world);
  for (const size_t size : {size_t{8}, offsetof(seabed_context, deadline_ns),
                            offsetof(seabed_context, trace_id), offsetof(seabed_context, cancelled),
                            offsetof(seabed_context, completion), sizeof(seabed_context) + 64}) {
    const Fenced<seabed_context> context(plain_context(), size);
    seabed_error error = empty_error();
    char bytes[5];
    size_t got = 0;
    const int32_t code = world.table()->read_at(world.store().raw(), world.key("k").c_str(), 0, bytes,
                                                sizeof bytes, context.get(), &got, &error);
    expect(code == SEABED_OK && got == sizeof bytes,
           "read_at with a context of " + std::to_string(size) + " bytes: " + code_word(code));
  }
}

CHECK_TEST("abi.error_older_and_newer", 0) {
  const seabed_context context = plain_context();
  for (const size_t size :
       {offsetof(seabed_error, http_status), offsetof(seabed_error, vendor_code),
        offsetof(seabed_error, request_id), offsetof(seabed_error, message), sizeof(seabed_error) + 64}) {
    const Fenced<seabed_error> error(empty_error(), size);
    seabed_object_stat stat{};
    stat.struct_size = sizeof stat;
    const int32_t code =
        world.table()->stat(world.store().raw(), world.key("no").c_str(), &context, &stat, error.get());
    const std::string what = "with an error struct of " + std::to_string(size) + " bytes";
    expect(code == SEABED_NOT_FOUND && error->code == code,
           "stat of a missing key " + what + ": " + code_word(code));
    expect_equal(error->struct_size, size, "the error's struct_size");
  }
}

CHECK_TEST("abi.stat_older_and_newer", 0) {
  put_and_get(world);
  const seabed_context context = plain_context();
  for (const size_t size : {offsetof(seabed_object_stat, modified_ns), offsetof(seabed_object_stat, etag),
                            sizeof(seabed_object_stat) + 64}) {
    const Fenced<seabed_object_stat> stat(seabed_object_stat{}, size);
    seabed_error error = empty_error();
    const int32_t code =
        world.table()->stat(world.store().raw(), world.key("k").c_str(), &context, stat.get(), &error);
    expect(code == SEABED_OK && stat->size == 5,
           "stat into a struct of " + std::to_string(size) + " bytes: " + code_word(code));
    expect_equal(stat->struct_size, size, "the stat's struct_size");
  }
}

CHECK_TEST("abi.capabilities_older_and_newer", 0) {
  const uint32_t flags = world.capabilities().flags;
  for (const size_t size : {offsetof(seabed_capabilities, max_put_bytes),
                            offsetof(seabed_capabilities, max_parts), sizeof(seabed_capabilities) + 64}) {
    const Fenced<seabed_capabilities> out(seabed_capabilities{}, size);
    world.table()->capabilities(world.store().raw(), out.get());
    expect_equal(out->flags, flags, "the flags in a struct of " + std::to_string(size) + " bytes");
    expect_equal(out->struct_size, size, "its struct_size");
  }
  seabed_capabilities before{};
  before.struct_size = sizeof before;
  world.table()->capabilities(nullptr, &before);  // before a destination is opened
}

CHECK_TEST("abi.put_options_older_and_newer", 0) {
  const seabed_context context = plain_context();
  const seabed_buffer buffer{"hello", 5};
  for (const size_t size :
       {size_t{8}, offsetof(seabed_put_options, total_bytes), sizeof(seabed_put_options) + 64}) {
    const Fenced<seabed_put_options> options(seabed_put_options{}, size);
    options->flags = 0;
    seabed_error error = empty_error();
    const std::string key = world.key("k" + std::to_string(size));
    const int32_t code =
        world.table()->put(world.store().raw(), key.c_str(), &buffer, 1, options.get(), &context, &error);
    expect(code == SEABED_OK, "put with options of " + std::to_string(size) + " bytes: " + code_word(code));
    expect_equal(world.get(key), "hello", "the object");
  }
}

CHECK_TEST("abi.open_args_newer", 0) {
  const Destination& to = world.options().destination;
  auto pairs = Store::pairs_of(world.table(), to);
  const seabed_open_args plain{sizeof plain, static_cast<uint32_t>(pairs.size()), to.scheme.c_str(), to.location.c_str(),
                               pairs.data()};
  const Fenced<seabed_open_args> args(plain, sizeof plain + 64);
  const seabed_context context = plain_context();
  seabed_error error = empty_error();
  seabed_store* store = nullptr;
  const int32_t code = world.table()->open(args.get(), &context, &store, &error);
  expect(code == SEABED_OK && store != nullptr, std::string("open with arguments of a newer host: ") + code_word(code) + " " + error.message);
  world.table()->close(store);
}

CHECK_TEST("abi.part_older_and_newer", SEABED_CAP_UPLOAD) {
  const seabed_context context = plain_context();
  const seabed_buffer buffer{"hello", 5};
  for (const size_t size : {offsetof(seabed_part, tag), sizeof(seabed_part) + 64}) {
    const std::string key = world.key("k"), id = world.begin(key), what = "a part struct of " + std::to_string(size) + " bytes";
    const Fenced<seabed_part> part(seabed_part{}, size);
    seabed_error error = empty_error();
    const int32_t code = world.table()->upload_part(world.store().raw(), key.c_str(), id.c_str(), 1, &buffer, 1, &context,
                                                    part.get(), &error);
    expect(code == SEABED_OK && part->size == 5 && part->number == 1, "upload_part into " + what + ": " + code_word(code));
    expect_equal(part->struct_size, size, "its struct_size");
    if (size < sizeof(seabed_part)) {   // its tag had no room
      expect_ok(world.store().abort(key, id), "abort");
      continue;
    }
    const seabed_part* parts[] = {part.get()};
    const int32_t joined =
        world.table()->upload_complete(world.store().raw(), key.c_str(), id.c_str(), parts, 1, nullptr, &context, &error);
    expect(joined == SEABED_OK, "upload_complete of " + what + ": " + code_word(joined));
    expect_equal(world.get(key), "hello", "the object");
  }
}

}  // namespace seabed::check
