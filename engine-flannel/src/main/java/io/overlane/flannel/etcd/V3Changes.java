// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import io.overlane.flannel.json.JsonObject;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.registry.ChangeListener;
import io.overlane.flannel.registry.ChangeStream;
import java.io.IOException;
import java.net.HttpURLConnection;

/** A watch of etcd's version 3. */
final class V3Changes implements ChangeStream
{
    static final String PATH = "/v3/watch";

    private final V3Client client;
    private final LineStream lines;
    private final V3Leases leases;
    private long next;

    V3Changes(final V3Client client, final LineStream lines, final V3Leases leases, final long next)
    {
        this.client = client;
        this.lines = lines;
        this.leases = leases;
        this.next = next;
    }

    @Override
    public void await(final ChangeListener listener)
    {
        final String line;
        try
        {
            line = lines.next(client.silence());
        }
        catch (final InterruptedException ex)
        {
            throw EtcdHttp.interrupted(ex);
        }
        catch (final IOException ex)
        {
            throw new RegistryException(
                Kind.UNREACHABLE, "etcd: " + lines.endpoint() + ": watch broke: " + ex.getMessage(), ex);
        }
        if (line == null)
        {
            client.ping(lines.endpoint(), EtcdV3Registry.RANGE, leases.configRange());
        }
        else if (!line.isBlank())
        {
            accept(V3Client.parse(PATH, HttpURLConnection.HTTP_OK, line).object("result"), listener);
        }
    }

    private void accept(final JsonObject result, final ChangeListener listener)
    {
        final long compacted = result.int64("compact_revision", 0);
        if (compacted > 0)
        {
            throw new RegistryException(
                Kind.COMPACTED, "etcd: revision " + next + " is compacted up to " + compacted);
        }
        if (result.bool("canceled", false))
        {
            throw new RegistryException(
                Kind.REFUSED, "etcd: watch ended: " + result.text("cancel_reason", "no reason given"));
        }
        final long revision = result.object("header").int64("revision", 0);
        if (result.bool("created", false))
        {
            requireNotBefore(revision);
            return;
        }
        long last = revision;
        boolean events = false;
        for (final JsonObject event : result.objects("events"))
        {
            events = true;
            last = change(event, listener);
        }
        // With events, the header's revision may be ahead of them while a watch catches up; without events it is exact.
        next = Math.max(next, last + 1);
        if (events)
        {
            listener.onBatchEnd();
        }
    }

    /** The store was restored or set up anew and counts from a lower revision; a watch from a later one never fires. */
    private void requireNotBefore(final long revision)
    {
        if (revision > 0 && revision < next - 1)
        {
            throw new RegistryException(Kind.COMPACTED,
                "etcd: the store is at revision " + revision + ", before " + (next - 1) + " which was seen already");
        }
    }

    private long change(final JsonObject event, final ChangeListener listener)
    {
        final JsonObject kv = event.object("kv");
        final String name = kv.base64("key");
        if (event.text("type", "PUT").equals("DELETE"))
        {
            final SubnetKey key = leases.key(name);
            if (key != null)
            {
                listener.onRemove(key);
            }
        }
        else
        {
            final Lease lease = leases.lease(kv);
            if (lease != null)
            {
                listener.onPut(lease);
            }
        }
        return kv.int64("mod_revision", 0);
    }

    @Override
    public long nextRevision()
    {
        return next;
    }

    @Override
    public void close()
    {
        lines.close();
    }
}
