// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.soak;

import io.overlane.examples.lab.LabHost;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program behind {@code scripts/soak.sh}, which makes the namespaces that it runs in. */
@Command(
    name = "soak.sh",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    description = "An overlay of three bridges and a vxlan device of the kernel under traffic, churn and faults. " +
        "Prints a line for each minute, and a verdict at the end. Exit code: 0 passed, 1 failed.")
public final class Soak implements Callable<Integer>
{
    private static final int MEASURE_S = 10;
    private static final int FIRST_TCP_PORT = 7001;
    private static final int EXIT_INTERRUPTED = 130;

    /** Seconds from one event to the next; one that takes longer delays the next. */
    private static final int EVENT_S = 15;

    @Option(names = "--minutes", paramLabel = "N", description = "How long it takes; 1440 for a day; default 60.")
    private int minutes = 60;

    @Option(names = "--load", paramLabel = "PERCENT", description =
        "Share of the load that the machine carries, which is measured first; default 50.")
    private int load = 50;

    @Option(names = "--packets", paramLabel = "N", description = "Numbered packets per second, in place of --load.")
    private long packetsPerS;

    @Option(names = "--mbit", paramLabel = "N", description = "Mbit/s of TCP, in place of --load.")
    private long mbit;

    @Option(names = "--only", paramLabel = "TEXT", description = "Only events whose name has this text.")
    private String only = "";

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the order of the events; default: random.")
    private long seed = new Random().nextInt(1_000_000);

    @Option(names = "--csv", paramLabel = "FILE", description =
        "File for every number of each minute; default engine-examples/target/soak.csv.")
    private Path csv = Path.of("engine-examples/target/soak.csv");

    private final List<Minute> past = Collections.synchronizedList(new ArrayList<>());

    /**
     * @param args directory that ends with the namespaces, then the options.
     */
    public static void main(final String[] args)
    {
        final CommandLine command = new CommandLine(new Soak());
        command.setExecutionExceptionHandler((failure, line, result) ->
        {
            System.err.println("soak: " + failure.getMessage());
            return 1;
        });
        System.exit(command.execute(args));
    }

    @Override
    public Integer call() throws Exception
    {
        final Path directory = Path.of(System.getProperty("overlane.soak.directory"));
        final Thread starter = new Thread(Soak::endWithStarter, "soak-starter");
        starter.setDaemon(true);
        starter.start();
        try (SoakLab lab = new SoakLab(directory);
            PrintWriter numbers = new PrintWriter(Files.newBufferedWriter(csv, StandardCharsets.UTF_8)))
        {
            try
            {
                run(lab, numbers);
            }
            catch (final AssertionError ex)
            {
                throw new IllegalStateException(ex.getMessage(), ex);
            }
            finally
            {
                writeLogs(lab);
            }
        }
        final Verdict verdict = Verdict.of(past);
        print(verdict);
        return verdict.isPassed() ? 0 : 1;
    }

    /** The starter holds the other end of the standard input, and does nothing else with it. */
    private static void endWithStarter()
    {
        try
        {
            while (System.in.read() >= 0)
            {
                continue;
            }
        }
        catch (final IOException ex)
        {
            System.err.println("soak: standard input: " + ex.getMessage());
        }
        System.exit(EXIT_INTERRUPTED);
    }

    private void run(final SoakLab lab, final PrintWriter numbers) throws IOException, InterruptedException
    {
        System.out.println("soak: seed " + seed + ", numbers in " + csv);
        lab.open();
        final List<TcpStream> streams = List.of(
            new TcpStream(lab, 101, 1, 2, FIRST_TCP_PORT),
            new TcpStream(lab, 102, 3, 1, FIRST_TCP_PORT + 1),
            new TcpStream(lab, 101, SoakLab.KERNEL, 1, FIRST_TCP_PORT + 2),
            new TcpStream(lab, 103, 1, 3, FIRST_TCP_PORT + 3));
        final Hostile hostile = new Hostile(lab, seed);
        final PacketTraffic packets = new PacketTraffic(lab);
        final List<Event> events = Stream.concat(
            new Faults(lab).events().stream(), new Churn(lab, hostile).events().stream())
            .filter(event -> event.name().contains(only))
            .toList();
        final SoakRun run = new SoakRun(lab, packets, streams, events, hostile, new Random(seed));
        run.start(Math.max(packetsPerS, 100));
        setLoad(run);
        Runtime.getRuntime().addShutdownHook(new Thread(() ->
        {
            if (past.size() < minutes)
            {
                System.out.println("soak: interrupted");
                print(Verdict.of(past));
            }
        }));
        System.out.println(MinuteTable.head());
        numbers.println(MinuteTable.csvHead());
        while (past.size() < minutes)
        {
            final Minute minute = run.minute(60, EVENT_S);
            past.add(minute);
            System.out.println(MinuteTable.line(minute));
            minute.losses().forEach(loss -> System.out.println("     " + loss));
            minute.failures().forEach(failure -> System.out.println("     FAILED " + failure));
            numbers.println(MinuteTable.csv(minute));
            numbers.flush();
        }
    }

    private void setLoad(final SoakRun run) throws IOException, InterruptedException
    {
        long perS = packetsPerS;
        long bytesPerS = mbit * 1_000_000 / 8;
        if (perS == 0 && bytesPerS == 0)
        {
            final long[] most = run.measure(MEASURE_S);
            System.out.printf("soak: the machine carries %,d packets a second, or %,d Mbit/s of TCP%n",
                most[0], most[1] * 8 / 1_000_000);
            // Both together are the share.
            perS = most[0] * load / 200;
            bytesPerS = most[1] * load / 200;
        }
        System.out.printf("soak: %d minutes at %,d packets a second and %,d Mbit/s of TCP%n",
            minutes, perS, bytesPerS * 8 / 1_000_000);
        run.begin(perS, bytesPerS);
    }

    private static void print(final Verdict verdict)
    {
        verdict.growths().forEach(line -> System.out.println("soak: " + line));
        verdict.problems().forEach(line -> System.out.println("soak: PROBLEM " + line));
        System.out.println(verdict.isPassed() ? "soak: passed" : "soak: FAILED");
    }

    /** What the bridges printed, beside the numbers. */
    private void writeLogs(final SoakLab lab) throws IOException
    {
        for (final SoakBridge bridge : lab.bridges())
        {
            final LabHost host = bridge.host();
            Files.write(csv.resolveSibling(csv.getFileName() + "." + host.number() + ".log"), bridge.log());
        }
    }
}
