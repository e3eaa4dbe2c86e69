// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewArrayTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Finds every test that carries {@link Conformance}, in the sources of all modules: those of other modules are not on
 * this one's class path.
 */
final class ConformanceProofs
{
    private static final String ANNOTATION = Conformance.class.getSimpleName();
    private static final String TESTS = "src/test/java";

    private final Path root;
    private final List<ConformanceProof> proofs = new ArrayList<>();

    private ConformanceProofs(final Path root)
    {
        this.root = root;
    }

    /** Those in the modules of a project, in the order of files and methods. */
    static List<ConformanceProof> find(final Path root) throws IOException
    {
        final ConformanceProofs found = new ConformanceProofs(root);
        found.read(found.files());
        found.proofs.sort(Comparator
            .comparing((ConformanceProof proof) -> proof.file().getFileName().toString())
            .thenComparing(ConformanceProof::method));
        return found.proofs;
    }

    private List<Path> files() throws IOException
    {
        final List<Path> files = new ArrayList<>();
        try (Stream<Path> modules = Files.list(root))
        {
            for (final Path tests : modules.map(module -> module.resolve(TESTS)).filter(Files::isDirectory).toList())
            {
                try (Stream<Path> all = Files.walk(tests))
                {
                    all.filter(ConformanceProofs::mentionsIt).forEach(files::add);
                }
            }
        }
        return files;
    }

    private static boolean mentionsIt(final Path file)
    {
        try
        {
            return file.toString().endsWith(".java") &&
                Files.readString(file, StandardCharsets.UTF_8).contains("@" + ANNOTATION + "(");
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private void read(final List<Path> files) throws IOException
    {
        final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8))
        {
            final JavacTask task = (JavacTask)compiler.getTask(
                null, manager, null, List.of("-proc:none"), null, manager.getJavaFileObjectsFromPaths(files));
            for (final CompilationUnitTree unit : task.parse())
            {
                read(unit);
            }
        }
    }

    private void read(final CompilationUnitTree unit)
    {
        final Path file = root.relativize(Path.of(unit.getSourceFile().toUri()));
        new TreeScanner<Void, Void>()
        {
            @Override
            public Void visitMethod(final MethodTree method, final Void unused)
            {
                for (final AnnotationTree annotation : method.getModifiers().getAnnotations())
                {
                    if (annotation.getAnnotationType().toString().equals(ANNOTATION))
                    {
                        proofs.add(proof(file, method.getName().toString(), annotation));
                    }
                }
                return null;
            }
        }.scan(unit, null);
    }

    private static ConformanceProof proof(final Path file, final String method, final AnnotationTree annotation)
    {
        final Map<String, ExpressionTree> values = new HashMap<>();
        for (final ExpressionTree argument : annotation.getArguments())
        {
            final AssignmentTree assignment = (AssignmentTree)argument;
            values.put(assignment.getVariable().toString(), assignment.getExpression());
        }
        final List<Integer> rows = new ArrayList<>();
        final ExpressionTree row = values.get("row");
        final List<? extends ExpressionTree> numbers =
            row instanceof NewArrayTree array ? array.getInitializers() : List.of(row);
        numbers.forEach(number -> rows.add((Integer)((LiteralTree)number).getValue()));
        return new ConformanceProof(
            file,
            method,
            rows,
            text(values.get("behaviour")),
            text(values.get("rfc7348")),
            text(values.get("strict")),
            text(values.get("deviation")));
    }

    private static String text(final ExpressionTree value)
    {
        if (value == null)
        {
            return "";
        }
        if (value instanceof LiteralTree literal)
        {
            return (String)literal.getValue();
        }
        if (value instanceof BinaryTree sum && sum.getKind() == Tree.Kind.PLUS)
        {
            return text(sum.getLeftOperand()) + text(sum.getRightOperand());
        }
        throw new IllegalStateException("not a literal, nor a sum of some: " + value);
    }
}
