// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.flannel.kube.KubeNodes.ChangeKind;
import io.overlane.flannel.kube.KubeNodes.Node;
import io.overlane.flannel.lease.RegistryException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects as API servers write them, in other orders, and broken ones. */
class NodeReaderTest
{
    private static final String METADATA = "\"metadata\":{\"name\":\"two\",\"uid\":\"u\",\"resourceVersion\":\"7\"," +
        "\"labels\":{\"name\":\"x\",\"a\":\"b\"}," +
        "\"annotations\":{\"f/a\":\"1\",\"g/b\":\"2\",\"f/c\":\"{\\\"x\\\":1}\"}," +
        "\"managedFields\":[{\"manager\":\"kubelet\",\"fieldsV1\":{\"f:metadata\":{\"f:annotations\":{\".\":{}}}}}]}";
    private static final String SPEC = "\"spec\":{\"podCIDR\":\"10.1.0.0/24\",\"podCIDRs\":[\"10.1.0.0/24\"," +
        "\"fd00::/64\"],\"taints\":[{\"key\":\"k\"}]}";
    private static final String STATUS =
        "\"status\":{\"metadata\":{\"name\":\"no\"},\"conditions\":[{\"type\":\"Ready\"}]}";
    private static final Node NODE = new Node(
        "two", "u", Map.of("f/a", "1", "f/c", "{\"x\":1}"), List.of("10.1.0.0/24", "fd00::/64"), 7);

    private final NodeReader reader = new NodeReader(name -> name.startsWith("f/"));

    @Test
    void shouldReadANodeInAnyOrder()
    {
        assertEquals(NODE, reader.node("{" + METADATA + "," + SPEC + "," + STATUS + "}"));
        assertEquals(NODE, reader.node("{" + STATUS + "," + SPEC + ",\"kind\":\"Node\"," + METADATA + "}"));
    }

    @Test
    void shouldReadAnEventInAnyOrder()
    {
        final String node = "{" + METADATA + "," + SPEC + "," + STATUS + "}";
        for (final String event : List.of(
            "{\"type\":\"MODIFIED\",\"object\":" + node + "}", "{\"object\":" + node + ",\"type\":\"MODIFIED\"}"))
        {
            assertEquals(new KubeNodes.Change(ChangeKind.PRESENT, NODE), reader.change(event));
        }
    }

    @Test
    void shouldReadTheOnlySubnet()
    {
        assertEquals(List.of("10.1.0.0/24"), reader.node("{\"spec\":{\"podCIDR\":\"10.1.0.0/24\"}}").podCidrs());
        assertEquals(List.of(), reader.node("{\"metadata\":{\"annotations\":null},\"spec\":{\"podCIDRs\":null," +
            "\"podCIDR\":\"\"}}").podCidrs());
    }

    @Test
    void shouldSkipWhatIsOfAnotherType()
    {
        assertEquals(Map.of("f/b", "x"), reader.node(
            "{\"metadata\":{\"name\":5,\"annotations\":{\"f/a\":{\"f/c\":\"y\"}," +
            "\"f/b\":\"x\",\"f/d\":[\"z\"],\"f/e\":null}},\"spec\":{\"podCIDRs\":{\"a\":1}}}").annotations());
        assertEquals("", reader.node("{\"metadata\":[{\"name\":\"x\"}],\"spec\":\"y\"}").name());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "null", "[]", "{", "{\"metadata\":{", "{\"metadata\":{\"resourceVersion\":\"x\"}}", "\"\\ud800",
        "{\"metadata\":{\"annotations\":{\"f/a\":\"x"
    })
    void shouldRefuseWhatIsNoNode(final String json)
    {
        final RegistryException ex = assertThrows(RegistryException.class, () -> reader.node(json));
        assertEquals(RegistryException.Kind.MALFORMED, ex.kind());
        assertTrue(ex.getMessage().startsWith("API server: not a node: "), ex.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"type\":\"RENAMED\",\"object\":{}}", "{\"type\":\"ADDED\",\"object\":{\"kind\":",
        "{\"type\":\"ERROR\",\"object\":\"no status\"}", "{\"type\":\"ERROR\",\"object\":{\"code\":\"x\"}}",
        "{\"type\":\"ERROR\",\"object\":{\"details\":{\"causes\":{}}}}"})
    void shouldRefuseWhatIsNoEvent(final String json)
    {
        assertEquals(RegistryException.Kind.MALFORMED,
            assertThrows(RegistryException.class, () -> reader.change(json)).kind());
    }

    @Test
    void shouldRefuseDeepNesting()
    {
        final String deep = "{\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        assertThrows(RegistryException.class, () -> reader.node(deep));
    }

    @Test
    void shouldReadAnEmptyList()
    {
        final NodeReader.Page page = reader.page("{\"metadata\":{\"resourceVersion\":\"9\"},\"items\":null}");
        assertEquals(new NodeReader.Page(List.of(), 9, ""), page);
    }
}
