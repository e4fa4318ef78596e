#include "nfs_store.h"
#include "publish.h"

namespace seabed_nfs {

int32_t NfsStore::put(const char* key, Buffers bytes, const PutOptions& options, const Context& context,
                      Error& error) {
  if (const int32_t code = check_key(key, error)) return code;
  return operate(context, error, [&](Call& call) {
    Handle temp_dir;
    if (const int32_t code = directories_.open(call, kTempDir, true, &temp_dir)) return code;
    TempFile file(call, leftovers_);
    if (const int32_t code = file.create(temp_dir)) return code;
    leftovers_.remove(call, temp_dir);
    std::call_once(swept_, [&] { sweep(call, directories_, temp_dir, file.modified_ns()); });
    const bool one_write = total_size(bytes) <= call.connection.write_size();
    Written written;
    if (const int32_t code = write_at(call, file.handle(), 0, bytes, one_write, &written)) return code;
    if (const int32_t code = settle(call, file.handle(), written)) return code;
    if (const int32_t code = context.check(error)) return code;
    const Unpublished from{file.dir(), file.name(), file.handle()};
    const int32_t code = publish(call, directories_, from, key, options.if_absent);
    if (code == SEABED_OK && !options.if_absent)
      file.published();  // a linked one loses its temporary name at the end
    return code;
  });
}

}  // namespace seabed_nfs
