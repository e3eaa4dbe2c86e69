// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Heartbeats and changes of nodes. */
class NodeNewsTest
{
    private final NodeNews news = new NodeNews(new NodeReader(name -> name.equals("ip")));

    private boolean accepts(final String line)
    {
        final byte[] bytes = (line + "behind the line").getBytes(StandardCharsets.UTF_8);
        return news.accepts(bytes, line.getBytes(StandardCharsets.UTF_8).length);
    }

    private boolean accepts(final String type, final String name, final String ip, final int revision)
    {
        return accepts("{\"type\":\"" + type + "\",\"object\":{\"metadata\":{\"name\":\"" + name +
            "\",\"resourceVersion\":\"" + revision + "\",\"annotations\":{\"ip\":\"" + ip + "\",\"beat\":\"" +
            revision + "\"}},\"spec\":{\"podCIDR\":\"10.1.0.0/24\"},\"status\":{\"heartbeat\":" + revision + "}}}");
    }

    @Test
    void shouldAcceptChangesOnly()
    {
        assertTrue(accepts("ADDED", "two", "192.0.2.2", 1));
        assertFalse(accepts("MODIFIED", "two", "192.0.2.2", 2));
        assertTrue(accepts("MODIFIED", "three", "192.0.2.2", 3), "another node");
        assertTrue(accepts("MODIFIED", "two", "192.0.2.22", 4));
        assertFalse(accepts("MODIFIED", "two", "192.0.2.22", 5));
        assertTrue(accepts("MODIFIED", "two", "192.0.2.2", 6), "the state of the beginning is a change now");
    }

    @Test
    void shouldAcceptANodeThatComesBack()
    {
        assertTrue(accepts("ADDED", "two", "192.0.2.2", 1));
        assertTrue(accepts("DELETED", "two", "192.0.2.2", 2));
        assertTrue(accepts("ADDED", "two", "192.0.2.2", 3));
    }

    @Test
    void shouldAcceptEverythingElse()
    {
        final long before = news.readNs();
        assertTrue(accepts("BOOKMARK", "", "", 1));
        assertTrue(accepts("{\"type\":\"ERROR\",\"object\":{\"code\":410}}"));
        assertTrue(accepts("<html>"));
        assertTrue(accepts(""));
        assertTrue(news.readNs() - before >= 0);
    }
}
