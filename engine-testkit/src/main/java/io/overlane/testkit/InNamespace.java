package io.overlane.testkit;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.sun.security.auth.module.UnixSystem;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.TestAbortedException;

/**
 * Runs the {@code should…} methods of a class in a JVM of its own inside a new network namespace, which the kernel
 * removes with all that is in it when that JVM ends. Needs no root where unprivileged user namespaces are allowed.
 *
 * <p>Each method runs on a new object, which is closed if it can be, and becomes a test of the caller's; where no
 * namespace can be had, all of them are skipped and say why.
 */
public final class InNamespace
{
    /**
     * A wrapper: the loopback device is up and has ::1 before the JVM starts, which looks for IPv6 once and for good.
     */
    public static final String[] WITH_IPV6 =
    {
        "sh", "-c", "echo 0 > /proc/sys/net/ipv6/conf/all/disable_ipv6; ip link set lo up; exec \"$@\"", "sh"
    };

    private static final String RESULT = "\u0001";
    private static final String NEW_LINE = "\u0002";
    private static final long TIMEOUT_S = 120;

    private InNamespace()
    {
    }

    /**
     * @param scenarios class with a constructor without arguments.
     * @param wrapper   command, if any, that runs the JVM inside the namespace.
     * @return a test for each of its methods.
     */
    public static Stream<DynamicTest> tests(final Class<?> scenarios, final String... wrapper) throws Exception
    {
        final String refused = whyRefused(wrapper);
        final Map<String, String> results = new HashMap<>();
        final List<String> output = new ArrayList<>();
        if (refused == null)
        {
            run(scenarios, wrapper, results, output);
        }
        return methods(scenarios).map(method -> DynamicTest.dynamicTest(method.getName(), () ->
        {
            if (refused != null)
            {
                abort(refused);
            }
            final String result = results.getOrDefault(
                method.getName(), "FAIL no result from the namespace:\n" + String.join("\n", output));
            if (result.startsWith("SKIP "))
            {
                abort(result.substring(5));
            }
            if (result.startsWith("FAIL "))
            {
                fail(result.substring(5));
            }
        }));
    }

    private static String whyRefused(final String... wrapper) throws Exception
    {
        final List<String> command = unshare();
        command.addAll(Arrays.asList(wrapper));
        command.add("true");
        try
        {
            final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            final String output = new String(process.getInputStream().readAllBytes()).strip();
            return process.waitFor() == 0 ? null :
                "no network namespace here: " + String.join(" ", command) + ": " + output;
        }
        catch (final IOException ex)
        {
            return "no network namespace here: " + ex.getMessage();
        }
    }

    private static List<String> unshare()
    {
        final boolean root = new UnixSystem().getUid() == 0;
        return new ArrayList<>(root ?
            List.of("unshare", "--net") :
            List.of("unshare", "--user", "--map-root-user", "--net"));
    }

    private static void run(
        final Class<?> scenarios,
        final String[] wrapper,
        final Map<String, String> results,
        final List<String> output) throws Exception
    {
        final List<String> command = unshare();
        command.addAll(Arrays.asList(wrapper));
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .filter(argument -> argument.startsWith("--"))
            .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"),
            InNamespace.class.getName(), scenarios.getName()));

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
            reader.lines().forEach(line -> parse(line, results, output));
        }
        process.waitFor();
    }

    private static void parse(final String line, final Map<String, String> results, final List<String> output)
    {
        if (line.startsWith(RESULT))
        {
            final int blank = line.indexOf(' ');
            results.put(line.substring(RESULT.length(), blank), line.substring(blank + 1).replace(NEW_LINE, "\n"));
        }
        else
        {
            output.add(line);
            System.out.println(line);
        }
    }

    private static Stream<Method> methods(final Class<?> scenarios)
    {
        return Arrays.stream(scenarios.getDeclaredMethods())
            .filter(method -> method.getName().startsWith("should"))
            .sorted(Comparator.comparing(Method::getName));
    }

    /**
     * Inside the namespace.
     *
     * @param args the class.
     * @throws ClassNotFoundException if there is none of that name.
     */
    public static void main(final String[] args) throws ClassNotFoundException
    {
        final Class<?> scenarios = Class.forName(args[0]);
        methods(scenarios).forEach(method ->
            System.out.println(RESULT + method.getName() + " " + outcome(scenarios, method).replace("\n", NEW_LINE)));
        // A scenario that failed may have left a thread behind.
        System.exit(0);
    }

    private static String outcome(final Class<?> scenarios, final Method method)
    {
        try
        {
            final Constructor<?> constructor = scenarios.getDeclaredConstructor();
            constructor.setAccessible(true);
            final Object scenario = constructor.newInstance();
            method.setAccessible(true);
            try
            {
                method.invoke(scenario);
            }
            finally
            {
                if (scenario instanceof AutoCloseable closeable)
                {
                    closeable.close();
                }
            }
            return "PASS ";
        }
        catch (final InvocationTargetException ex)
        {
            return ex.getCause() instanceof TestAbortedException aborted ?
                "SKIP " + aborted.getMessage() :
                "FAIL " + stackTrace(ex.getCause());
        }
        catch (final Exception | LinkageError ex)
        {
            return "FAIL " + stackTrace(ex);
        }
    }

    private static String stackTrace(final Throwable throwable)
    {
        final StringWriter text = new StringWriter();
        throwable.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
