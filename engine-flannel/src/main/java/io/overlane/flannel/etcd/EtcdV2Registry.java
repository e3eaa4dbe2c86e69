// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import io.overlane.address.Printable;
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

/**
 * Leases in etcd's version 2, where flannel 0.17 and earlier stored them. A condition covers one key only, so in a
 * dual-stack network two nodes may choose the same IPv6 subnet at the same moment; flannel had no such networks in
 * version 2.
 */
final class EtcdV2Registry implements Registry
{
    private final V2Client client;
    private final LeaseTexts texts;

    EtcdV2Registry(final EtcdOptions options, final Consumer<String> notices)
    {
        this.client = new V2Client(new EtcdHttp(options, notices), options);
        this.texts = new LeaseTexts(client.name("/subnets/"), Printable.lines(notices));
    }

    @Override
    public String config()
    {
        final V2Client.Answer answer = client.get("/config", "quorum=true");
        if (answer.notFound())
        {
            throw new RegistryException(Kind.NOT_FOUND, "etcd: no network configuration in " + client.name("/config"));
        }
        return answer.node().text("value", "");
    }

    @Override
    public LeaseSnapshot leases()
    {
        final V2Client.Answer answer = client.get("/subnets", "recursive=true&quorum=true");
        final List<Lease> leases = new ArrayList<>();
        if (!answer.notFound())
        {
            for (final JsonObject node : answer.node().objects("nodes"))
            {
                final Lease lease = lease(node);
                if (lease != null)
                {
                    leases.add(lease);
                }
            }
        }
        return new LeaseSnapshot(leases, answer.index(), answer.cluster());
    }

    @Override
    public LeaseSnapshot lease(final SubnetKey key)
    {
        final V2Client.Answer answer = client.get("/subnets/" + key.registryName(), "quorum=true");
        final Lease lease = answer.notFound() ? null : lease(answer.node());
        return new LeaseSnapshot(lease == null ? List.of() : List.of(lease), answer.index(), answer.cluster());
    }

    @Override
    public @Nullable Lease find(final SubnetKey key)
    {
        final V2Client.Answer answer = client.get("/subnets/" + key.registryName(), "quorum=true");
        return answer.notFound() ? null : lease(answer.node());
    }

    @Override
    public Lease create(
        final SubnetKey key, final LeaseAttributes attributes, final Duration timeToLive, final long revision)
    {
        return put(key, attributes, timeToLive, "prevExist=false");
    }

    @Override
    public Lease update(final Lease lease, final LeaseAttributes attributes, final Duration timeToLive)
    {
        return put(
            lease.key(), attributes, lease.reserved() ? null : timeToLive, "prevIndex=" + lease.revision());
    }

    @Override
    public Lease prolong(final Lease lease, final Duration timeToLive)
    {
        return lease.reserved() ? lease : update(lease, lease.attributes(), timeToLive);
    }

    private Lease put(
        final SubnetKey key,
        final LeaseAttributes attributes,
        final @Nullable Duration timeToLive,
        final String condition)
    {
        final String ttl = timeToLive == null ? "" : "&ttl=" + timeToLive.toSeconds();
        final Lease written = lease(client.put(
            "/subnets/" + key.registryName(), condition + ttl + "&value=" + V2Client.encoded(attributes.toJson())));
        if (written == null)
        {
            throw new RegistryException(Kind.MALFORMED, "etcd: the answer to a write of " + key + " has no lease");
        }
        return written;
    }

    @Override
    public void delete(final Lease lease)
    {
        client.delete("/subnets/" + lease.key().registryName(), "prevIndex=" + lease.revision());
    }

    /** First reads the store, so that another endpoint is found if this one fails. */
    @Override
    public ChangeStream changes(final @Nullable SubnetKey key, final long revision)
    {
        final long index = client.get("/config", "quorum=true").index();
        if (index < revision - 1)
        {
            throw new RegistryException(Kind.COMPACTED,
                "etcd: the store is at index " + index + ", before " + (revision - 1) + " which was seen already");
        }
        return new V2Changes(
            client, key == null ? "/subnets" : "/subnets/" + key.registryName(), texts, this::lease, revision);
    }

    /** @return the lease in a node; null, after a notice, if the node's key is not the name of a lease. */
    private @Nullable Lease lease(final JsonObject node)
    {
        final String name = node.text("key", "");
        final SubnetKey key = texts.key(name);
        if (key == null)
        {
            return null;
        }
        final boolean reserved = !node.has("expiration");
        return new Lease(
            key,
            texts.attributes(name, node.text("value", "")),
            reserved ? null : Duration.ofSeconds(node.integer("ttl", 0)),
            reserved,
            node.integer("modifiedIndex", 0));
    }
}
