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
import java.util.List;

/** A watch of etcd's version 3. */
final class V3Changes implements ChangeStream
{
    static final String PATH = "/v3/watch";

    /** Begins the message of an exception. */
    static final String ENDED = "etcd: watch ended: ";

    private final V3Client client;
    private final LineStream lines;
    private final V3Leases leases;
    private final long first;

    /** @param first revision that the watch reports. */
    V3Changes(final V3Client client, final LineStream lines, final V3Leases leases, final long first)
    {
        this.client = client;
        this.lines = lines;
        this.leases = leases;
        this.first = first;
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
        requireRunning(result);
        final long revision = result.object("header").int64("revision", 0);
        if (result.bool("created", false))
        {
            requireNotBefore(revision);
            return;
        }
        final List<JsonObject> events = result.objects("events");
        events.forEach(event -> change(event, listener));
        if (!events.isEmpty())
        {
            listener.onBatchEnd();
        }
    }

    /**
     * @param result of a message of the watch.
     * @throws RegistryException if etcd says in it that the watch has ended. The answer's status is 200 even then.
     */
    static void requireRunning(final JsonObject result)
    {
        final long compacted = result.int64("compact_revision", 0);
        if (compacted > 0)
        {
            throw new RegistryException(
                Kind.COMPACTED, "etcd: the changes up to revision " + compacted + " are compacted");
        }
        if (result.bool("canceled", false))
        {
            throw new RegistryException(
                Kind.REFUSED, ENDED + result.text("cancel_reason", "no reason given"));
        }
    }

    /** The store was restored or set up anew and counts from a lower revision; a watch from a later one never fires. */
    private void requireNotBefore(final long revision)
    {
        if (revision > 0 && revision < first - 1)
        {
            throw new RegistryException(Kind.COMPACTED,
                "etcd: the store is at revision " + revision + ", before " + (first - 1) + " which was seen already");
        }
    }

    private void change(final JsonObject event, final ChangeListener listener)
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
    }

    @Override
    public void close()
    {
        lines.close();
    }
}
