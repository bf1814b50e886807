/* Between the two calling conventions, for host code that calls through plain function pointers; see bridge.c. */

        .text

/* Reached from a bridge's code piece with r10 = struct callback *, by System V's convention. Lays down the registers
 * that may hold arguments, lets bridge_to_windows do the rest, and returns what it gives in every register that may
 * hold a result. */
        .globl  bridge_entry
        .hidden bridge_entry
        .type   bridge_entry, @function
        .p2align 4
bridge_entry:
        .cfi_startproc
        pushq   %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp
        subq    $144, %rsp
        movq    %rdi, (%rsp)
        movq    %rsi, 8(%rsp)
        movq    %rdx, 16(%rsp)
        movq    %rcx, 24(%rsp)
        movq    %r8, 32(%rsp)
        movq    %r9, 40(%rsp)
        movq    %xmm0, 48(%rsp)
        movq    %xmm1, 56(%rsp)
        movq    %xmm2, 64(%rsp)
        movq    %xmm3, 72(%rsp)
        movq    %xmm4, 80(%rsp)
        movq    %xmm5, 88(%rsp)
        movq    %xmm6, 96(%rsp)
        movq    %xmm7, 104(%rsp)
        movq    %r10, %rdi
        movq    %rsp, %rsi
        leaq    16(%rbp), %rdx
        leaq    112(%rsp), %rcx
        call    bridge_to_windows
        movq    112(%rsp), %rax
        movq    120(%rsp), %rdx
        movq    128(%rsp), %xmm0
        movq    136(%rsp), %xmm1
        leave
        .cfi_def_cfa %rsp, 8
        ret
        .cfi_endproc
        .size   bridge_entry, . - bridge_entry

/* void bridge_call_host(function: rdi, const struct host_arguments *: rsi, stack: rdx, words on it: rcx,
 *                       struct host_result *: r8) */
        .globl  bridge_call_host
        .hidden bridge_call_host
        .type   bridge_call_host, @function
        .p2align 4
bridge_call_host:
        .cfi_startproc
        pushq   %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp
        pushq   %rbx
        .cfi_offset %rbx, -24
        subq    $8, %rsp
        movq    %r8, %rbx
        movq    %rdi, %r11
        leaq    1(%rcx), %rax
        andq    $-2, %rax
        shlq    $3, %rax
        subq    %rax, %rsp
        testq   %rcx, %rcx
        jz      2f
1:      decq    %rcx
        movq    (%rdx,%rcx,8), %rax
        movq    %rax, (%rsp,%rcx,8)
        jnz     1b
2:      movq    48(%rsi), %xmm0
        movq    56(%rsi), %xmm1
        movq    64(%rsi), %xmm2
        movq    72(%rsi), %xmm3
        movq    80(%rsi), %xmm4
        movq    88(%rsi), %xmm5
        movq    96(%rsi), %xmm6
        movq    104(%rsi), %xmm7
        movq    (%rsi), %rdi
        movq    16(%rsi), %rdx
        movq    24(%rsi), %rcx
        movq    32(%rsi), %r8
        movq    40(%rsi), %r9
        movq    8(%rsi), %rsi
        movl    $8, %eax        /* vector registers in use, for a variadic function */
        call    *%r11
        movq    %rax, (%rbx)
        movq    %rdx, 8(%rbx)
        movq    %xmm0, 16(%rbx)
        movq    %xmm1, 24(%rbx)
        movq    -8(%rbp), %rbx
        leave
        .cfi_def_cfa %rsp, 8
        ret
        .cfi_endproc
        .size   bridge_call_host, . - bridge_call_host

        .section .note.GNU-stack, "", @progbits
