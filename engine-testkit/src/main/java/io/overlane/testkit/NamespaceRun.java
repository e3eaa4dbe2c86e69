// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import com.sun.security.auth.module.UnixSystem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * One run of a test class inside a namespace. The JVM there writes a line to standard output for each test that has
 * ended; all other lines are output of the tests.
 */
final class NamespaceRun
{
    /** Results of a test. */
    enum Outcome
    {
        PASSED,
        FAILED,
        SKIPPED
    }

    private static final String INSIDE = "overlane.inside.namespace";
    private static final String OUR_PROPERTIES = "overlane.";
    private static final String RESULT = "\u0001";
    private static final String SEPARATOR = "\u0002";
    private static final String NEW_LINE = "\u0003";
    private static final long TIMEOUT_S = 600;

    /** The shell executes the arguments after it: the JVM's command line. */
    private static final List<String> WITH_IPV6 = List.of("sh", "-c",
        "echo 0 > /proc/sys/net/ipv6/conf/all/disable_ipv6; ip link set lo up; exec \"$@\"", "sh");

    private final Map<String, Map.Entry<Outcome, String>> results = new HashMap<>();
    private final List<String> output = new ArrayList<>();
    /** Null if the tests ran. */
    private @Nullable String refusal;

    private NamespaceRun()
    {
    }

    /** True in the JVM inside the namespace. */
    static boolean isInside()
    {
        return Boolean.getBoolean(INSIDE);
    }

    static NamespaceRun of(final Class<?> tests, final InNamespace settings) throws IOException, InterruptedException
    {
        final List<String> inside = new ArrayList<>(new UnixSystem().getUid() == 0 ?
            List.of("unshare", "--net") :
            List.of("unshare", "--user", "--map-root-user", "--net"));
        inside.addAll(settings.ipv6() ? WITH_IPV6 : List.of());
        inside.addAll(List.of(settings.wrapper()));
        final NamespaceRun run = new NamespaceRun();
        run.refusal = whyRefused(inside);
        if (run.refusal == null)
        {
            inside.addAll(jvm(tests, settings));
            run.read(inside);
        }
        return run;
    }

    /** The reason why the tests cannot run; null if they ran. */
    @Nullable String refusal()
    {
        return refusal;
    }

    /** The result of a test, and the message or stack trace. */
    Map.Entry<Outcome, String> result(final String uniqueId)
    {
        return results.getOrDefault(uniqueId, Map.entry(Outcome.FAILED,
            "no result from inside the namespace; the JVM there wrote:\n" + String.join("\n", output)));
    }

    private static @Nullable String whyRefused(final List<String> inside) throws InterruptedException
    {
        final List<String> command = new ArrayList<>(inside);
        command.add("true");
        final String where = "no network namespace here: ";
        try
        {
            final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor() == 0 ? null : where + String.join(" ", command) + ": " + said;
        }
        catch (final IOException ex)
        {
            return where + ex.getMessage();
        }
    }

    private static List<String> jvm(final Class<?> tests, final InNamespace settings)
    {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(argument -> argument.startsWith("--"))
            .forEach(command::add);
        System.getProperties().stringPropertyNames().stream()
            .filter(name -> name.startsWith(OUR_PROPERTIES))
            .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        command.addAll(List.of(settings.jvmOptions()));
        command.addAll(List.of("-D" + INSIDE + "=true", "-cp", System.getProperty("java.class.path"),
            NamespaceRun.class.getName(), tests.getName()));
        return command;
    }

    private void read(final List<String> command) throws IOException, InterruptedException
    {
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final Thread watchdog = new Thread(() ->
        {
            try
            {
                if (!process.waitFor(TIMEOUT_S, TimeUnit.SECONDS))
                {
                    process.destroyForcibly();
                }
            }
            catch (final InterruptedException ex)
            {
                process.destroyForcibly();
            }
        });
        watchdog.setDaemon(true);
        watchdog.start();
        try (BufferedReader reader = process.inputReader())
        {
            reader.lines().forEach(this::parse);
        }
        process.waitFor();
    }

    private void parse(final String line)
    {
        final int begin = line.indexOf(RESULT);
        if (begin < 0)
        {
            output.add(line);
            System.out.println(line);
            return;
        }
        final String[] parts = line.substring(begin + 1).split(SEPARATOR, 3);
        results.put(parts[1], Map.entry(Outcome.valueOf(parts[0]), parts[2].replace(NEW_LINE, "\n")));
    }

    /**
     * Runs the tests; this is the main method of the JVM inside the namespace.
     *
     * @throws ClassNotFoundException if the class does not exist.
     */
    public static void main(final String[] args) throws ClassNotFoundException
    {
        LauncherFactory.create().execute(
            LauncherDiscoveryRequestBuilder.request().selectors(selectClass(Class.forName(args[0]))).build(),
            new Report());
        // A test that failed may have left a thread behind.
        System.exit(0);
    }

    /** Writes a line for each result. */
    private static final class Report implements TestExecutionListener
    {
        @Override
        public void executionSkipped(final TestIdentifier test, final String reason)
        {
            write(test, Outcome.SKIPPED, reason);
        }

        @Override
        public void executionFinished(final TestIdentifier test, final TestExecutionResult result)
        {
            final Throwable cause = result.getThrowable().orElse(null);
            if (test.isTest())
            {
                switch (result.getStatus())
                {
                    case ABORTED:
                        write(test, Outcome.SKIPPED, cause == null ? "" : String.valueOf(cause.getMessage()));
                        break;

                    case FAILED:
                        write(test, Outcome.FAILED, stackTrace(cause));
                        break;

                    default:
                        write(test, Outcome.PASSED, "");
                        break;
                }
            }
            else if (cause != null)
            {
                System.out.println(test.getDisplayName() + ": " + stackTrace(cause));
            }
        }

        private static void write(final TestIdentifier test, final Outcome outcome, final String message)
        {
            System.out.println("\n" + RESULT + outcome + SEPARATOR + test.getUniqueId() + SEPARATOR +
                message.replace("\r", "").replace("\n", NEW_LINE));
        }

        private static String stackTrace(final @Nullable Throwable throwable)
        {
            final StringWriter text = new StringWriter();
            if (throwable != null)
            {
                throwable.printStackTrace(new PrintWriter(text, true));
            }
            return text.toString();
        }
    }
}
