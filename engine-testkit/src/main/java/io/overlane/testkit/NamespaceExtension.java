// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** Runs a class in a JVM inside a namespace, and gives each of its tests the result from there. */
final class NamespaceExtension implements BeforeAllCallback, InvocationInterceptor
{
    private static final Namespace STORE = Namespace.create(NamespaceExtension.class);
    private static final String RUN = "run";

    @Override
    public void beforeAll(final ExtensionContext context) throws Exception
    {
        if (!NamespaceRun.isInside())
        {
            final Class<?> tests = context.getRequiredTestClass();
            context.getStore(STORE).put(RUN, NamespaceRun.of(tests, tests.getAnnotation(InNamespace.class)));
        }
    }

    @Override
    public void interceptTestMethod(
        final Invocation<Void> invocation,
        final ReflectiveInvocationContext<Method> method,
        final ExtensionContext context) throws Throwable
    {
        intercept(invocation, context);
    }

    @Override
    public void interceptTestTemplateMethod(
        final Invocation<Void> invocation,
        final ReflectiveInvocationContext<Method> method,
        final ExtensionContext context) throws Throwable
    {
        intercept(invocation, context);
    }

    @Override
    public void interceptBeforeAllMethod(
        final Invocation<Void> invocation,
        final ReflectiveInvocationContext<Method> method,
        final ExtensionContext context) throws Throwable
    {
        runInside(invocation);
    }

    @Override
    public void interceptBeforeEachMethod(
        final Invocation<Void> invocation,
        final ReflectiveInvocationContext<Method> method,
        final ExtensionContext context) throws Throwable
    {
        runInside(invocation);
    }

    @Override
    public void interceptAfterEachMethod(
        final Invocation<Void> invocation,
        final ReflectiveInvocationContext<Method> method,
        final ExtensionContext context) throws Throwable
    {
        runInside(invocation);
    }

    @Override
    public void interceptAfterAllMethod(
        final Invocation<Void> invocation,
        final ReflectiveInvocationContext<Method> method,
        final ExtensionContext context) throws Throwable
    {
        runInside(invocation);
    }

    private static void runInside(final Invocation<Void> invocation) throws Throwable
    {
        if (NamespaceRun.isInside())
        {
            invocation.proceed();
        }
        else
        {
            invocation.skip();
        }
    }

    private static void intercept(final Invocation<Void> invocation, final ExtensionContext context) throws Throwable
    {
        runInside(invocation);
        if (!NamespaceRun.isInside())
        {
            final NamespaceRun run =
                Objects.requireNonNull(context.getStore(STORE).get(RUN, NamespaceRun.class));
            if (run.refusal() != null)
            {
                throw new TestAbortedException(run.refusal());
            }
            final Map.Entry<NamespaceRun.Outcome, String> result = run.result(context.getUniqueId());
            switch (result.getKey())
            {
                case FAILED:
                    throw new AssertionFailedError(result.getValue());

                case SKIPPED:
                    throw new TestAbortedException(result.getValue());

                default:
                    break;
            }
        }
    }
}
