#include "nfs_store.h"

namespace seabed_nfs {

int32_t NfsStore::operate(const Context& context, Error& error, const std::function<int32_t(Call&)>& body) {
  std::unique_ptr<Connection> connection;
  if (const int32_t code = pool_.take(context, &connection, error)) return code;
  struct Giver {
    Pool& pool;
    std::unique_ptr<Connection>& connection;
    ~Giver() { pool.give(std::move(connection)); }
  } giver{pool_, connection};
  Call call{*connection, context, error};
  const int32_t code = body(call);
  if (code == SEABED_OK || !call.stale || !connection->rpc().alive()) return code;
  directories_.forget();
  Call again{*connection, context, error};
  return body(again);
}

}  // namespace seabed_nfs
