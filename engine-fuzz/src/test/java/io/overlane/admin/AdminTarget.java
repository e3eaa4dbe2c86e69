// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.admin.command.EngineCaptures;
import io.overlane.admin.command.EngineCommands;
import io.overlane.engine.OverlayEngine;
import io.overlane.flannel.json.JsonObject;
import io.overlane.fuzz.FuzzEngine;
import io.overlane.fuzz.FuzzTarget;
import io.overlane.fuzz.Input;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What one client sends to the admin socket: it gets a whole answer, which is one of three kinds. */
public final class AdminTarget implements FuzzTarget
{
    private static final Pattern HEAD = Pattern.compile("(ok|refused|usage) (\\d+|\\*)\n", Pattern.CASE_INSENSITIVE);

    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final OverlayEngine engine;
    private final EngineCaptures captures = new EngineCaptures(errors::add);
    private final AdminCommands commands;

    public AdminTarget() throws IOException
    {
        engine = FuzzEngine.launch();
        commands = EngineCommands.addTo(engine, true, captures, new AdminCommands());
    }

    @Override
    public void accept(final byte[] input) throws IOException
    {
        final List<String> words = AdminCommands.words(Input.text(input));
        if (words.contains("start"))
        {
            // It would write a file of any name.
            return;
        }
        final MemoryChannel channel = new MemoryChannel(input);
        final AdminConnection connection =
            new AdminConnection(channel, channel.key(), commands, TimeUnit.SECONDS.toNanos(60));
        boolean goesOn = true;
        while (goesOn)
        {
            goesOn = connection.onReady(System.nanoTime());
        }
        connection.close();
        captures.close();
        check(channel.answer(), input);
        assertEquals(List.of(), List.copyOf(errors), "reported to the error handler");
    }

    private static void check(final byte[] answer, final byte[] input)
    {
        if (answer.length == 0)
        {
            assertEquals(0, input.length, "only an empty request has no answer");
            return;
        }
        final String text = new String(answer, StandardCharsets.UTF_8);
        final Matcher head = HEAD.matcher(text);
        assertTrue(head.lookingAt(), text);
        if ("*".equals(head.group(2)))
        {
            return;
        }
        final String body = text.substring(head.end());
        assertEquals(Integer.parseInt(head.group(2)), body.getBytes(StandardCharsets.UTF_8).length, "the length");
        assertTrue(
            body.chars().noneMatch(character -> character < ' ' && character != '\n'), "control characters in " + body);
        assertTrue(!body.contains("Exception") || Input.text(input).contains("Exception"), body);
        if ("ok".equalsIgnoreCase(head.group(1)) && Input.text(input).strip().startsWith("-j"))
        {
            assertNotNull(JsonObject.compact(body));
        }
    }

    @Override
    public void close()
    {
        engine.close();
    }

    @Override
    public List<byte[]> seeds()
    {
        return Input.ofEach(
            "ping\n", "help\n", "-j fdb show vni 1 limit 5\n", "fdb add 02:00:00:00:00:77 dst 192.0.2.7 vni 77\n",
            "fdb replace 02:00:00:00:00:77 dst 192.0.2.7 port 4789 vni 77 src_vni 3\n",
            "fdb append 00:00:00:00:00:00 dst 127.0.0.8 vni 1\n", "fdb del 02:00:00:00:00:77 vni 77\n",
            "neigh add 10.0.0.9 lladdr 02:00:00:00:00:0a vni 1\n", "-j neigh show\n", "segment show\n",
            "segment set vni 1 learning on policy strict\n", "segment set vni 1 flood-limit port=1,copies=2\n",
            "-j stats\n", "drops reset\n", "drops show reason oversize\n", "capture show\n", "capture stop\n",
            "capture - vni 1,77 mac 02:00:00:00:00:0a ip 10.0.0.0/8,fd00::1 reason oversize direction encap snap 9\n",
            "segment set vni 1 accept-from 192.0.2.0/24 group 239.1.1.1 ttl inherit\n", "latency\n", "events\n");
    }
}
