// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.admin.AdminClient;
import io.overlane.admin.AdminStatus;
import io.overlane.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The life of one {@code tun-bridge} with a random configuration file that changes all the time, while an operator adds
 * and removes segments and others remove, rename and stop its devices. It always has the segments that it should have,
 * and leaves nothing behind. Must run in a network namespace of its own.
 */
final class BridgeLife
{
    private static final int VNIS = 8;
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long PATIENCE_MS = 60_000;
    private static final Pattern VNI = Pattern.compile("\"vni\":(\\d+)");

    private static final List<String> RULES = List.of(
        "learning: true", "policy: strict", "policy: rfc7348", "proxy: off", "flood-limit: port=100,copies=9",
        "max-learned: 5", "fdb-age: 7", "inner-vlan: strip", "ttl: 9", "tos: inherit", "accept-from: [192.0.2.0/24]",
        "flood: [192.0.2.7, \"192.0.2.8:4789\"]", "fdb: [\"02:00:00:00:43:09=192.0.2.3\"]",
        "neighbors: [\"10.43.0.9=02:00:00:00:43:09\"]", "accept-from: known");

    private static final List<String> WRONG = List.of(
        "segments: []\n", "nonsense: 1\n", "segments: [{vni: 1}, {vni: 1}]\n", "\t", "segments:\n- device: x\n",
        "segments: [{vni: 99999999}]\n", "local: nowhere\n");

    private static final List<String> REQUESTS = List.of(
        "fdb show", "neigh show", "stats", "drops", "segment show", "segment set 1 learning on", "fdb flush vni 2",
        "segment set 3 policy strict ttl 4", "fdb add 02:00:00:00:00:77 dst 192.0.2.7 vni 4", "capture show", "version",
        "segment del 77", "latency on", "histograms");

    private final SplittableRandom random;
    private final Path directory;
    private final Path file;
    private final Path socket;
    private final Map<Integer, String> configured = new TreeMap<>();
    private final TreeSet<Integer> added = new TreeSet<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private volatile int exitCode = -1;
    private final List<String> steps = new ArrayList<>();

    BridgeLife(final long seed, final Path directory)
    {
        random = new SplittableRandom(seed);
        this.directory = directory;
        file = directory.resolve("bridge.yaml");
        socket = directory.resolve("a.sock");
    }

    /** @param count of changes from start to end. */
    void live(final int count) throws Exception
    {
        configured.put(1, "");
        change();
        write();
        final Thread thread = new Thread(() -> exitCode = Main.run(
            new PrintWriter(out, true), new PrintWriter(err, true),
            "tun-bridge", "--config", file.toString(), "--admin", socket.toString()));
        thread.start();
        try
        {
            for (long waitedMs = 0; !Files.exists(socket); waitedMs += 5)
            {
                assertTrue(thread.isAlive() && waitedMs < PATIENCE_MS, () -> "it does not start: " + err);
                TimeUnit.MILLISECONDS.sleep(5);
            }
            for (int i = 0; i < count; i++)
            {
                step();
                assertTrue(thread.isAlive(), () -> "it has ended: " + err);
            }
        }
        catch (final AssertionError | Exception ex)
        {
            throw new AssertionError(String.join("\n", steps) + "\n" + err + out, ex);
        }
        finally
        {
            thread.interrupt();
            thread.join(PATIENCE_MS);
        }
        assertFalse(thread.isAlive(), () -> "it does not end: " + List.of(thread.getStackTrace()));
        assertEquals("", devices(), () -> "devices stay behind after " + steps);
        assertFalse(Files.exists(socket), "the socket stays behind");
        Files.delete(file);
    }

    private void step() throws Exception
    {
        switch (random.nextInt(12))
        {
            case 0, 1, 2 ->
            {
                change();
                write();
                ask(AdminStatus.OK, "reload");
                requireSegments();
            }
            case 3 ->
            {
                Files.writeString(file, WRONG.get(random.nextInt(WRONG.size())));
                steps.add("wrong file");
                ask(AdminStatus.REFUSED, "reload");
                requireSegments();
                write();
            }
            case 4 ->
            {
                final int vni = 100 + random.nextInt(4);
                ask(added.contains(vni) ? AdminStatus.REFUSED : AdminStatus.OK, "segment add " + vni + " dev a" + vni);
                added.add(vni);
                requireSegments();
            }
            case 5 ->
            {
                final int vni = 100 + random.nextInt(4);
                ask(added.contains(vni) ? AdminStatus.OK : AdminStatus.REFUSED, "segment del " + vni);
                added.remove(vni);
                requireSegments();
            }
            case 6, 7, 8 ->
            {
                final List<String> all = List.of(devices().split("\n"));
                final String device = all.get(random.nextInt(all.size()));
                final List<String> commands =
                    List.of("link del ", "link set down ", "link set up ", "link set mtu 1300 ", "addr flush ");
                ip((commands.get(random.nextInt(commands.size())) + "dev " + device).split(" "));
            }
            default -> ask(null, REQUESTS.get(random.nextInt(REQUESTS.size())));
        }
    }

    /** Asks until the segments are right: one whose device was just removed is missing until it is made anew. */
    private void requireSegments() throws Exception
    {
        final TreeSet<Integer> wanted = new TreeSet<>(configured.keySet());
        wanted.addAll(added);
        final long startNs = System.nanoTime();
        TreeSet<Integer> present = segments();
        while (!present.equals(wanted) && System.nanoTime() - startNs < TIMEOUT_NS)
        {
            TimeUnit.MILLISECONDS.sleep(5);
            present = segments();
        }
        assertEquals(wanted, present, "the segments");
    }

    private TreeSet<Integer> segments() throws IOException
    {
        final TreeSet<Integer> present = new TreeSet<>();
        final Matcher vni = VNI.matcher(ask(AdminStatus.OK, "-j segment show"));
        while (vni.find())
        {
            present.add(Integer.parseInt(vni.group(1)));
        }
        return present;
    }

    private String ask(final AdminStatus wanted, final String request) throws IOException
    {
        final AdminClient.Reply reply = AdminClient.ask(socket, List.of(request.split(" ")), TIMEOUT_NS);
        steps.add(request + " -> " + reply.status() + " " + reply.body().strip());
        assertFalse(reply.body().contains("Exception"), reply::body);
        if (wanted != null)
        {
            assertEquals(wanted, reply.status(), () -> request + ": " + reply.body());
        }
        return reply.body();
    }

    private void change()
    {
        for (int i = 1 + random.nextInt(3); i > 0; i--)
        {
            final int vni = 1 + random.nextInt(VNIS);
            if (configured.containsKey(vni) && configured.size() > 1 && random.nextBoolean())
            {
                configured.remove(vni);
            }
            else
            {
                configured.put(vni, rules());
            }
        }
    }

    private String rules()
    {
        final TreeMap<String, String> rules = new TreeMap<>();
        for (int i = random.nextInt(4); i > 0; i--)
        {
            final String rule = RULES.get(random.nextInt(RULES.size()));
            rules.put(rule.substring(0, rule.indexOf(':')), rule);
        }
        final StringBuilder text = new StringBuilder();
        rules.values().forEach(rule -> text.append("    ").append(rule).append('\n'));
        return text.toString();
    }

    private void write() throws IOException
    {
        final StringBuilder text = new StringBuilder("local: 127.0.0.1\nport: 18472\nsegments:\n");
        configured.forEach((vni, rules) -> text.append("  - vni: ").append(vni).append('\n').append(rules));
        Files.writeString(file, text);
        steps.add(text.toString());
    }

    /** Names of all devices but the loopback device, one a line. */
    private static String devices() throws Exception
    {
        final StringBuilder names = new StringBuilder();
        for (final String line : ip("-o", "link", "show").split("\n"))
        {
            final Matcher name = Pattern.compile("\\d+: ([^:@]+).*").matcher(line);
            if (name.matches() && !"lo".equals(name.group(1)))
            {
                names.append(names.length() == 0 ? "" : "\n").append(name.group(1));
            }
        }
        return names.toString();
    }

    private static String ip(final String... words) throws Exception
    {
        final List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(words));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
