// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.registry.ChangeListener;
import io.overlane.fuzz.FuzzTarget;
import io.overlane.fuzz.Input;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Answers of an API server, one in each line: as a node, a list, an event of a watch and a status. The nodes go into a
 * table; its reports say of each subnet in turn that it is held and that it is free.
 */
public final class KubeTarget implements FuzzTarget
{
    private final NodeAnnotations annotations = new NodeAnnotations(NodeAnnotations.DEFAULT_PREFIX);
    private final NodeReader reader = new NodeReader(annotations::isOurs);
    private final NetworkConfig network = NetworkConfig.parse(
        "{\"Network\":\"10.5.0.0/16\",\"EnableIPv6\":true,\"IPv6Network\":\"fd00::/48\"}");

    /** The subnets that nodes hold, by the reports. */
    private static final class Held implements ChangeListener
    {
        private final Set<SubnetKey> keys = new HashSet<>();

        @Override
        public void onPut(final Lease lease)
        {
            assertNotNull(lease.attributes());
            keys.add(lease.key());
        }

        @Override
        public void onRemove(final SubnetKey key)
        {
            assertTrue(keys.remove(key), () -> "nobody held " + key);
        }
    }

    @Override
    public void accept(final byte[] input)
    {
        final NodeTable table = new NodeTable(annotations, network, line -> assertTrue(line.length() < 100_000));
        final Held held = new Held();
        final Set<String> names = new HashSet<>();
        for (final String line : Input.text(input).split("\n"))
        {
            attempt(() -> put(table, reader.node(line), held, names));
            attempt(() -> reader.page(line).nodes().forEach(node -> put(table, node, held, names)));
            attempt(() ->
            {
                final KubeNodes.Change change = reader.change(line);
                switch (change.kind())
                {
                    case PRESENT -> put(table, change.node(), held, names);
                    case DELETED -> table.remove(change.node().name(), held);
                    default -> assertTrue(change.node().revision() >= Long.MIN_VALUE);
                }
            });
            Input.assertOneLine(KubeStatus.of(500, line).failure("fuzz"));
            KubeStatus.of(409, line).isTrouble();
        }
        names.forEach(name -> table.remove(name, held));
        assertTrue(held.keys.isEmpty(), () -> "nodes are gone, and hold " + held.keys);
    }

    private void put(
        final NodeTable table, final KubeNodes.Node node, final ChangeListener held, final Set<String> names)
    {
        names.add(node.name());
        table.put(node, held);
        try
        {
            annotations.nodePublicIp(node.annotations(), false);
            annotations.nodePublicIp(node.annotations(), true);
        }
        catch (final IllegalArgumentException ex)
        {
            assertNotNull(ex.getMessage());
        }
    }

    private static void attempt(final Runnable parsing)
    {
        try
        {
            parsing.run();
        }
        catch (final RegistryException ex)
        {
            Input.assertOneLine(ex);
        }
    }

    @Override
    public List<byte[]> seeds()
    {
        final String node = "{\"metadata\":{\"name\":\"n1\",\"uid\":\"u1\",\"resourceVersion\":\"7\"," +
            "\"annotations\":{" +
            "\"flannel.alpha.coreos.com/kube-subnet-manager\":\"true\"," +
            "\"flannel.alpha.coreos.com/backend-type\":\"vxlan\"," +
            "\"flannel.alpha.coreos.com/backend-data\":\"{\\\"VNI\\\":1,\\\"VtepMAC\\\":\\\"c6:d2:32:6f:8f:44\\\"}\"," +
            "\"flannel.alpha.coreos.com/public-ip\":\"192.0.2.7\",\"other\":\"x\"}}," +
            "\"spec\":{\"podCIDR\":\"10.5.7.0/24\",\"podCIDRs\":[\"10.5.7.0/24\",\"fd00:0:0:7::/64\"]},\"status\":{}}";
        return Input.ofEach(
            node,
            "{\"kind\":\"NodeList\",\"metadata\":{\"resourceVersion\":\"9\",\"continue\":\"abc\"}," +
                "\"items\":[" + node + "]}",
            "{\"type\":\"ADDED\",\"object\":" + node + "}\n{\"type\":\"DELETED\",\"object\":" + node + "}",
            "{\"type\":\"MODIFIED\",\"object\":" + node.replace("n1", "n2") + "}\n" +
                "{\"type\":\"MODIFIED\",\"object\":" + node.replace(".7.0", ".8.0") + "}\n{\"type\":\"BOOKMARK\"," +
                "\"object\":{\"metadata\":{\"resourceVersion\":\"12\"}}}",
            "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"message\":\"too old\"}}",
            "{\"kind\":\"Status\",\"code\":504,\"reason\":\"Timeout\",\"details\":{\"retryAfterSeconds\":3," +
                "\"causes\":[{\"reason\":\"ResourceVersionTooLarge\"}]}}");
    }
}
