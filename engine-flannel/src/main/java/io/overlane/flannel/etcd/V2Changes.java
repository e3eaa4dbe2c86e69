// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import io.overlane.flannel.json.JsonObject;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.RegistryException.Kind;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.registry.ChangeListener;
import io.overlane.flannel.registry.ChangeStream;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A watch of etcd's version 2: one long poll for each change. etcd keeps the last 1,000 changes for slow readers. */
final class V2Changes implements ChangeStream
{
    private static final Set<String> REMOVALS = Set.of("delete", "expire", "compareAndDelete");

    private final V2Client client;
    private final String key;
    private final LeaseTexts texts;
    private final Function<JsonObject, Lease> reader;
    private V2Client.@Nullable Poll poll;
    private long next;

    V2Changes(
        final V2Client client,
        final String key,
        final LeaseTexts texts,
        final Function<JsonObject, Lease> reader,
        final long next)
    {
        this.client = client;
        this.key = key;
        this.texts = texts;
        this.reader = reader;
        this.next = next;
    }

    @Override
    public void await(final ChangeListener listener)
    {
        if (poll == null)
        {
            poll = client.poll(key, next);
        }
        final V2Client.Answer answer = poll.await(client.silence());
        if (answer != null)
        {
            poll = null;
            if (answer.body().has("node"))
            {
                accept(answer, listener);
            }
        }
    }

    private void accept(final V2Client.Answer answer, final ChangeListener listener)
    {
        final JsonObject node = answer.node();
        if (REMOVALS.contains(answer.body().text("action", "")))
        {
            if (node.bool("dir", false))
            {
                throw new RegistryException(
                    Kind.COMPACTED, "etcd: " + node.text("key", "") + " was removed with everything below it");
            }
            final SubnetKey removed = texts.key(node.text("key", ""));
            if (removed != null)
            {
                listener.onRemove(removed);
            }
        }
        else if (!node.bool("dir", false))
        {
            final Lease lease = reader.apply(node);
            if (lease != null)
            {
                listener.onPut(lease);
            }
        }
        next = node.integer("modifiedIndex", next) + 1;
        listener.onBatchEnd();
    }

    @Override
    public void close()
    {
        if (poll != null)
        {
            poll.cancel();
        }
    }
}
