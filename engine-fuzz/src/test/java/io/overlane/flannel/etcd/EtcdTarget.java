// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.overlane.address.IpAddress;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.LeaseAttributes;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.registry.ChangeListener;
import io.overlane.flannel.registry.ChangeStream;
import io.overlane.flannel.registry.Registry;
import io.overlane.fuzz.FuzzTarget;
import io.overlane.fuzz.Input;
import io.overlane.fuzz.ScriptedServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The answers of etcd, one in each line, to all calls of a registry in turn; the last lines are its watch. A line may
 * begin with a status of three digits and a blank. Every failure is a {@code RegistryException}.
 */
public final class EtcdTarget implements FuzzTarget
{
    private static final String NOTHING = "{}";
    private static final SubnetKey KEY = SubnetKey.parse("10.5.34.0-24");
    private static final LeaseAttributes ATTRIBUTES =
        LeaseAttributes.ofV4(IpAddress.parse("192.0.2.1"), "vxlan", "{\"VNI\":1}");
    private static final Duration DAY = Duration.ofDays(1);

    private final EtcdApi api;
    private final Queue<String> answers = new ConcurrentLinkedQueue<>();
    private final ScriptedServer server;
    private final Registry registry;

    /** @param version 2 or 3. */
    public EtcdTarget(final int version) throws IOException
    {
        api = version == 2 ? EtcdApi.V2 : EtcdApi.V3;
        server = new ScriptedServer(this::answer);
        registry = api.open(
            EtcdOptions.of(server.url()).withRequestTimeout(Duration.ofSeconds(5)),
            line -> assertNotNull(line));
    }

    private boolean answer(final String request, final OutputStream out) throws IOException
    {
        if (request.contains("/v3/watch"))
        {
            out.write("HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            for (String line = answers.poll(); line != null; line = answers.poll())
            {
                final byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
                out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
                out.write(bytes);
                out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            return true;
        }
        final String next = answers.poll();
        final String line = next == null ? NOTHING : next;
        final boolean hasStatus = line.matches("(?s)(200|[45]\\d\\d) .*");
        ScriptedServer.writeJson(
            out,
            hasStatus ? Integer.parseInt(line.substring(0, 3)) : 200,
            "X-Etcd-Index: 7\r\nX-Etcd-Cluster-Id: c\r\n",
            hasStatus ? line.substring(4) : line);
        return true;
    }

    /** A call of the registry. */
    private interface Call
    {
        void run();
    }

    @Override
    public void accept(final byte[] input)
    {
        answers.clear();
        answers.addAll(List.of(Input.text(input).split("\n")));
        final Lease own = new Lease(KEY, ATTRIBUTES, DAY, false, 7);
        attempt(() -> assertNotNull(registry.config()));
        attempt(() -> registry.leases().leases().forEach(EtcdTarget::use));
        attempt(() ->
        {
            final Lease found = registry.find(KEY);
            if (found != null)
            {
                use(found);
            }
        });
        attempt(() -> use(registry.create(KEY, ATTRIBUTES, DAY, 7)));
        attempt(() -> use(registry.prolong(own, DAY)));
        attempt(() -> use(registry.update(own, ATTRIBUTES, DAY)));
        attempt(() -> registry.delete(own));
        attempt(this::watch);
    }

    private void watch()
    {
        try (ChangeStream changes = registry.changes(null, 7))
        {
            while (!answers.isEmpty())
            {
                changes.await(new Changes());
            }
            changes.await(new Changes());
        }
    }

    /** What a watch reports. */
    private static final class Changes implements ChangeListener
    {
        @Override
        public void onPut(final Lease lease)
        {
            use(lease);
        }

        @Override
        public void onRemove(final SubnetKey key)
        {
            assertNotNull(key);
        }
    }

    private static void use(final Lease lease)
    {
        assertNotNull(lease.key().registryName());
        assertNotNull(lease.attributes().toJson());
        assertNotNull(lease.toString());
    }

    private static void attempt(final Call call)
    {
        try
        {
            call.run();
        }
        catch (final RegistryException ex)
        {
            Input.assertOneLine(ex);
        }
    }

    @Override
    public void close() throws IOException
    {
        server.close();
    }

    @Override
    public List<byte[]> seeds()
    {
        return api == EtcdApi.V3 ? seedsOfV3() : seedsOfV2();
    }

    private static List<byte[]> seedsOfV3()
    {
        final String key = V3Client.base64("/coreos.com/network/subnets/10.5.34.0-24");
        final String value = V3Client.base64(ATTRIBUTES.toJson());
        final String kv = "{\"key\":\"" + key + "\",\"value\":\"" + value +
            "\",\"lease\":\"77\",\"mod_revision\":\"7\"}";
        final String range = "{\"header\":{\"revision\":\"8\",\"cluster_id\":\"1\"},\"kvs\":[" + kv + "]}";
        final String written = "{\"header\":{\"revision\":\"9\"},\"succeeded\":true,\"responses\":[{\"response_put\":" +
            "{\"prev_kv\":{\"lease\":\"5\"}}}]}";
        return Input.ofEach(
            String.join("\n", range, range, range, "{\"TTL\":\"80000\"}", "{\"ID\":\"77\",\"TTL\":\"86400\"}", written,
                "{\"TTL\":\"5\",\"keys\":[\"eA==\"]}", range, "{\"result\":{\"ID\":\"77\",\"TTL\":\"86400\"}}",
                "{\"ID\":\"78\"}", written, NOTHING, "{\"succeeded\":true}",
                "{\"result\":{\"created\":true,\"header\":{\"revision\":\"9\"}}}",
                "{\"result\":{\"header\":{\"revision\":\"10\"},\"events\":[{\"kv\":" + kv +
                    "},{\"type\":\"DELETE\",\"kv\":{\"key\":\"" + key + "\"}}]}}"),
            "401 {\"error\":\"etcdserver: user name is empty\",\"code\":3,\"message\":\"x\"}\n" + range,
            "503 down\n" + range,
            String.join("\n", range, range, NOTHING, "{\"ID\":\"1\"}", written, NOTHING, NOTHING,
                "{\"ID\":\"2\"}", "{\"succeeded\":false}", NOTHING, NOTHING, NOTHING,
                "{\"result\":{\"created\":true}}", "{\"result\":{\"canceled\":true,\"cancel_reason\":\"gone\"}}",
                "{\"result\":{\"compact_revision\":\"5\"}}",
                "{\"error\":{\"grpc_code\":14,\"message\":\"no leader\"}}"));
    }

    private static List<byte[]> seedsOfV2()
    {
        final String node = "{\"key\":\"/coreos.com/network/subnets/10.5.34.0-24\",\"value\":\"" +
            ATTRIBUTES.toJson().replace("\"", "\\\"") +
            "\",\"expiration\":\"2030-01-01T00:00:00Z\",\"ttl\":80000,\"modifiedIndex\":7}";
        final String one = "{\"action\":\"get\",\"node\":" + node + "}";
        final String all = "{\"action\":\"get\",\"node\":{\"key\":\"/s\",\"dir\":true,\"nodes\":[" + node + "]}}";
        return Input.ofEach(
            String.join("\n", "{\"node\":{\"value\":\"{}\"}}", all, one, one, one, one, one, one,
                "{\"action\":\"set\",\"node\":" + node + "}", "{\"action\":\"expire\",\"node\":" + node + "}",
                "{\"action\":\"delete\",\"node\":{\"dir\":true,\"key\":\"/x\"}}"),
            "404 {\"errorCode\":100,\"message\":\"Key not found\",\"cause\":\"/x\",\"index\":9}\n" + all,
            "412 {\"errorCode\":101,\"message\":\"Compare failed\"}\n400 {\"errorCode\":401,\"message\":\"cleared\"}");
    }
}
