// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.pcap.CaptureReader;
import io.overlane.policy.SegmentContext;
import io.overlane.replay.OuterStack;
import io.overlane.replay.Replay;
import io.overlane.replay.ReplayResult;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.ReflectionSupport;
import org.opentest4j.AssertionFailedError;

/** Replays the capture of a test and gives the test the result. */
final class ReplayExtension implements ParameterResolver, BeforeTestExecutionCallback
{
    private static final Namespace STORE = Namespace.create(ReplayExtension.class);

    /** A message with more differences than this nobody reads. */
    private static final int MAX_LINES = 50;

    @Override
    public boolean supportsParameter(final ParameterContext parameter, final ExtensionContext context)
    {
        return parameter.getParameter().getType() == ReplayResult.class;
    }

    @Override
    public Object resolveParameter(final ParameterContext parameter, final ExtensionContext context)
    {
        return result(context);
    }

    @Override
    public void beforeTestExecution(final ExtensionContext context)
    {
        final ReplayCapture test = annotation(context);
        final ReplayResult result = result(context);
        if (test.golden())
        {
            if (!result.hasRecordedVerdicts())
            {
                throw new AssertionFailedError(
                    test.value() + " has no verdicts to compare with; use a capture that an engine wrote");
            }
            final List<String> differences = result.differences();
            if (!differences.isEmpty())
            {
                throw new AssertionFailedError(message(test.value(), differences, result));
            }
        }
    }

    private static String message(final String capture, final List<String> differences, final ReplayResult result)
    {
        final StringBuilder message = new StringBuilder(capture).append(": ").append(differences.size())
            .append(" of ").append(result.packets().size()).append(" packets have another verdict than recorded");
        if (result.lost() > 0)
        {
            message.append("; the capture lost ").append(result.lost()).append(" records, which may be the cause");
        }
        differences.stream().limit(MAX_LINES).forEach(line -> message.append("\n  ").append(line));
        if (differences.size() > MAX_LINES)
        {
            message.append("\n  and ").append(differences.size() - MAX_LINES).append(" more");
        }
        return message.toString();
    }

    private static ReplayResult result(final ExtensionContext context)
    {
        final ExtensionContext.Store store = context.getStore(STORE);
        ReplayResult result = store.get(ReplayResult.class, ReplayResult.class);
        if (result == null)
        {
            result = replay(context);
            store.put(ReplayResult.class, result);
        }
        return result;
    }

    private static ReplayResult replay(final ExtensionContext context)
    {
        final ReplayCapture test = annotation(context);
        final OuterStack stack = new OuterStack(test.udpPorts());
        try
        {
            final EngineContext engine = test.context().isEmpty() ?
                everySegment(context, test, stack) :
                engineContext(context, test.context());
            return Replay.run(open(context, test.value()), stack, engine, launched -> setUp(context, test, launched));
        }
        catch (final IOException ex)
        {
            throw new AssertionFailedError(ex.getMessage(), ex);
        }
    }

    private static EngineContext everySegment(
        final ExtensionContext context, final ReplayCapture test, final OuterStack stack) throws IOException
    {
        final EngineContext engine = new EngineContext();
        Replay.vnis(open(context, test.value()), stack).forEach(vni -> engine.segment(new SegmentContext(vni)));
        // An engine has a segment, also if no packet is for one.
        return engine.segments().isEmpty() ? engine.segment(new SegmentContext(1)) : engine;
    }

    private static EngineContext engineContext(final ExtensionContext context, final String name)
    {
        final Class<?> tests = context.getRequiredTestClass();
        final Method method = ReflectionSupport.findMethod(tests, name).orElseThrow(() ->
            new ExtensionConfigurationException(tests.getName() + " has no method " + name + "()"));
        final Object made = ReflectionSupport.invokeMethod(method, context.getRequiredTestInstance());
        if (made instanceof EngineContext engine)
        {
            return engine;
        }
        throw new ExtensionConfigurationException(
            tests.getName() + "." + name + "() must return an EngineContext, and returned " + made);
    }

    private static void setUp(
        final ExtensionContext context, final ReplayCapture test, final OverlayEngine engine)
    {
        if (!test.engine().isEmpty())
        {
            final Class<?> tests = context.getRequiredTestClass();
            final Method method = ReflectionSupport.findMethod(tests, test.engine(), OverlayEngine.class).orElseThrow(
                () -> new ExtensionConfigurationException(
                    tests.getName() + " has no method " + test.engine() + "(OverlayEngine)"));
            ReflectionSupport.invokeMethod(method, context.getRequiredTestInstance(), engine);
        }
    }

    private static CaptureReader open(final ExtensionContext context, final String name) throws IOException
    {
        final URL resource = context.getRequiredTestClass().getResource(name);
        if (resource != null)
        {
            final InputStream stream = resource.openStream();
            return CaptureReader.open(Channels.newChannel(stream), name);
        }
        final Path file = Path.of(name);
        if (!Files.exists(file))
        {
            throw new ExtensionConfigurationException("capture " + name + " is neither a resource beside " +
                context.getRequiredTestClass().getName() + " nor a file in " + Path.of("").toAbsolutePath());
        }
        return CaptureReader.open(file);
    }

    private static ReplayCapture annotation(final ExtensionContext context)
    {
        return context.getRequiredTestMethod().getAnnotation(ReplayCapture.class);
    }
}
