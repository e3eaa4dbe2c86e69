// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import io.overlane.address.Printable;
import io.overlane.flannel.json.JsonBuilder;
import io.overlane.flannel.json.JsonObject;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.registry.ChangeStream;
import io.overlane.flannel.registry.LeaseSnapshot;
import io.overlane.flannel.registry.Registry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Leases in etcd's version 3, where flannel 0.18 and later stores them. */
final class EtcdV3Registry implements Registry
{
    static final String RANGE = "/v3/kv/range";
    private static final String TXN = "/v3/kv/txn";
    private static final String GRANT = "/v3/lease/grant";
    private static final String REVOKE = "/v3/lease/revoke";
    private static final String KEEP_ALIVE = "/v3/lease/keepalive";
    private static final String TIME_TO_LIVE = "/v3/lease/timetolive";

    private final V3Client client;
    private final V3Leases names;

    EtcdV3Registry(final EtcdOptions options, final Consumer<String> notices)
    {
        this.client = new V3Client(new EtcdHttp(options, notices), options);
        this.names = new V3Leases(options.prefix(), Printable.lines(notices));
    }

    @Override
    public String config()
    {
        final List<JsonObject> kvs = client.call(RANGE, names.configRange()).objects("kvs");
        if (kvs.isEmpty())
        {
            throw new RegistryException(Kind.NOT_FOUND, "etcd: no network configuration in " + names.configName());
        }
        return kvs.get(0).base64("value");
    }

    @Override
    public LeaseSnapshot leases()
    {
        return snapshot(null);
    }

    @Override
    public LeaseSnapshot lease(final SubnetKey key)
    {
        return snapshot(key);
    }

    private LeaseSnapshot snapshot(final @Nullable SubnetKey key)
    {
        final JsonObject answer = client.call(RANGE, names.range(new JsonBuilder().begin(), key).end().toString());
        final List<Lease> leases = new ArrayList<>();
        for (final JsonObject kv : answer.objects("kvs"))
        {
            final Lease lease = names.lease(kv);
            if (lease != null)
            {
                leases.add(lease);
            }
        }
        // An unsigned number of 64 bits, which is only compared.
        return new LeaseSnapshot(leases, revision(answer), answer.object("header").text("cluster_id", ""));
    }

    @Override
    public @Nullable Lease find(final SubnetKey key)
    {
        final JsonObject kv = read(key);
        if (kv == null)
        {
            return null;
        }
        final Lease lease = names.lease(kv);
        if (lease == null || lease.reserved())
        {
            return lease;
        }
        final String body = new JsonBuilder().begin().number("ID", kv.int64("lease", 0)).end().toString();
        final long seconds = client.call(TIME_TO_LIVE, body).int64("TTL", 0);
        return seconds <= 0 ? null : lasting(lease, Duration.ofSeconds(seconds), lease.revision());
    }

    private @Nullable JsonObject read(final SubnetKey key)
    {
        final String body = names.range(new JsonBuilder().begin(), key).end().toString();
        final List<JsonObject> kvs = client.call(RANGE, body).objects("kvs");
        return kvs.isEmpty() ? null : kvs.get(0);
    }

    /**
     * Two nodes that choose the same IPv4 subnet write the same key, and one of the writes fails. In a dual-stack
     * network two keys may contain the same IPv6 subnet, so there the write fails if any lease was created since
     * {@code revision}.
     */
    @Override
    public Lease create(
        final SubnetKey key, final LeaseAttributes attributes, final Duration timeToLive, final long revision)
    {
        final List<String> conditions = new ArrayList<>();
        conditions.add(new JsonBuilder().begin().text("key", V3Client.base64(names.name(key)))
            .text("target", "VERSION").text("result", "EQUAL").text("version", "0").end().toString());
        if (key.v6() != null)
        {
            conditions.add(names.range(new JsonBuilder().begin(), null)
                .text("target", "CREATE").text("result", "LESS")
                .text("create_revision", Long.toString(revision + 1)).end().toString());
        }
        return put(new Lease(key, attributes, timeToLive, false, 0), conditions);
    }

    @Override
    public Lease update(final Lease lease, final LeaseAttributes attributes, final Duration timeToLive)
    {
        final Lease wanted = new Lease(
            lease.key(), attributes, lease.reserved() ? null : timeToLive, lease.reserved(), lease.revision());
        return put(wanted, List.of(unchanged(lease)));
    }

    /**
     * Write the key with a new lease of etcd, which is revoked if the conditions fail. The key's former lease of etcd
     * is revoked too; otherwise each restart would leave one for a day.
     */
    private Lease put(final Lease lease, final List<String> conditions)
    {
        final Duration timeToLive = lease.timeToLive();
        final long etcdLease = timeToLive == null ? 0 : grant(lease.attributes(), timeToLive);
        boolean written = false;
        try
        {
            final String put = new JsonBuilder().begin().begin("request_put")
                .text("key", V3Client.base64(names.name(lease.key())))
                .text("value", V3Client.base64(lease.attributes().toJson()))
                .text("lease", Long.toString(etcdLease))
                .raw("prev_kv", "true").end().end().toString();
            final JsonObject answer = transact(conditions, put);
            written = answer.bool("succeeded", false);
            if (!written)
            {
                throw new RegistryException(Kind.CONFLICT, "lease " + lease.key() + ": another node was faster");
            }
            answer.objects("responses").forEach(response ->
                revokeIdle(response.object("response_put").object("prev_kv").int64("lease", 0)));
            return lasting(lease, timeToLive, revision(answer));
        }
        finally
        {
            if (!written && etcdLease != 0)
            {
                revoke(etcdLease);
            }
        }
    }

    @Override
    public Lease prolong(final Lease lease, final Duration timeToLive)
    {
        final JsonObject kv = read(lease.key());
        if (kv == null || kv.int64("mod_revision", 0) != lease.revision())
        {
            throw new RegistryException(Kind.CONFLICT, "lease " + lease.key() + " was " +
                (kv == null ? "ended" : "written") + " by another program");
        }
        final long etcdLease = kv.int64("lease", 0);
        if (etcdLease == 0)
        {
            return lasting(lease, null, lease.revision());
        }
        final String body = new JsonBuilder().begin().number("ID", etcdLease).end().toString();
        final long seconds = client.call(KEEP_ALIVE, body).object("result").int64("TTL", 0);
        if (seconds <= 0)
        {
            throw new RegistryException(Kind.CONFLICT, "lease " + lease.key() + " has just expired");
        }
        // If another program granted a shorter lease, exchange it for one of the usual length.
        return seconds < timeToLive.toSeconds() ?
            update(lease, lease.attributes(), timeToLive) :
            lasting(lease, Duration.ofSeconds(seconds), lease.revision());
    }

    @Override
    public void delete(final Lease lease)
    {
        final String delete = new JsonBuilder().begin().begin("request_delete_range")
            .text("key", V3Client.base64(names.name(lease.key()))).raw("prev_kv", "true").end().end().toString();
        final JsonObject answer = transact(List.of(unchanged(lease)), delete);
        if (!answer.bool("succeeded", false))
        {
            throw new RegistryException(Kind.CONFLICT, "lease " + lease.key() + " was written by another program");
        }
        answer.objects("responses").stream()
            .flatMap(response -> response.object("response_delete_range").objects("prev_kvs").stream())
            .forEach(kv -> revokeIdle(kv.int64("lease", 0)));
    }

    @Override
    public ChangeStream changes(final @Nullable SubnetKey key, final long revision)
    {
        final String body = names.range(new JsonBuilder().begin().begin("create_request"), key)
            .text("start_revision", Long.toString(revision))
            .raw("progress_notify", "true").end().end().toString();
        return new V3Changes(client, client.stream(V3Changes.PATH, body), names, revision);
    }

    private String unchanged(final Lease lease)
    {
        return new JsonBuilder().begin().text("key", V3Client.base64(names.name(lease.key())))
            .text("target", "MOD").text("result", "EQUAL")
            .text("mod_revision", Long.toString(lease.revision())).end().toString();
    }

    private JsonObject transact(final List<String> conditions, final String success)
    {
        return client.call(TXN, new JsonBuilder().begin()
            .raw("compare", "[" + String.join(",", conditions) + "]")
            .raw("success", "[" + success + "]").end().toString());
    }

    /**
     * Grant a lease of etcd, with one of two numbers that only this node uses. If the node is killed before it writes
     * its key with it, the next grant finds the lease by its number and revokes it; otherwise it would stay for a day.
     *
     * @return its number.
     */
    long grant(final LeaseAttributes attributes, final Duration timeToLive)
    {
        final long number = names.leaseNumber(attributes);
        for (long id = number; id < number + 2; id++)
        {
            for (int attempt = 0; attempt < 2; attempt++)
            {
                final long granted = grant(id, timeToLive);
                if (granted != 0)
                {
                    return granted;
                }
                revokeIdle(id);
            }
        }
        return grant(0, timeToLive);
    }

    /** @return 0 if there is a lease of this number. */
    private long grant(final long id, final Duration timeToLive)
    {
        final String body =
            new JsonBuilder().begin().number("TTL", timeToLive.toSeconds()).number("ID", id).end().toString();
        try
        {
            return client.call(GRANT, body).int64("ID", 0);
        }
        catch (final RegistryException ex)
        {
            if (String.valueOf(ex.getMessage()).contains("lease already exists"))
            {
                return 0;
            }
            throw ex;
        }
    }

    /** Best effort: a lease that stays behind expires. */
    private void revoke(final long etcdLease)
    {
        try
        {
            client.call(REVOKE, new JsonBuilder().begin().number("ID", etcdLease).end().toString());
        }
        catch (final RegistryException ignored)
        {
            // The caller already gets the reason why the lease is not wanted.
        }
    }

    /** Best effort, and only if no other key uses this lease of etcd. */
    private void revokeIdle(final long etcdLease)
    {
        if (etcdLease == 0)
        {
            return;
        }
        try
        {
            final String body =
                new JsonBuilder().begin().number("ID", etcdLease).raw("keys", "true").end().toString();
            if (!client.call(TIME_TO_LIVE, body).has("keys"))
            {
                revoke(etcdLease);
            }
        }
        catch (final RegistryException ignored)
        {
            // It expires by itself.
        }
    }

    private static Lease lasting(final Lease lease, final @Nullable Duration timeToLive, final long revision)
    {
        return new Lease(lease.key(), lease.attributes(), timeToLive, lease.reserved(), revision);
    }

    private static long revision(final JsonObject answer)
    {
        return answer.object("header").int64("revision", 0);
    }
}
