/* What a traced builtin function's slot holds; r11 is the function's id. It calls the function with the arguments as they
 * came, those on the stack copied, and reports before and after. */

        .set    STACK_SLOTS, 16        /* more arguments than any function of the API has */

        .text
        .globl  trace_entry
        .hidden trace_entry
        .type   trace_entry, @function
        .p2align 4
trace_entry:
        .cfi_startproc
        movq    %rcx, 8(%rsp)
        movq    %rdx, 16(%rsp)
        movq    %r8, 24(%rsp)
        movq    %r9, 32(%rsp)
        pushq   %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp
        pushq   %rbx
        .cfi_offset %rbx, -24
        subq    $(32 + 8 * STACK_SLOTS + 56), %rsp
        movl    %r11d, %ebx
        movq    %xmm0, -40(%rbp)
        movq    %xmm1, -32(%rbp)
        movq    %xmm2, -24(%rbp)
        movq    %xmm3, -16(%rbp)
        movl    %ebx, %ecx
        leaq    16(%rbp), %rdx
        leaq    -40(%rbp), %r8
        movq    8(%rbp), %r9
        call    trace_enter
        movl    $STACK_SLOTS, %ecx
1:      movq    40(%rbp,%rcx,8), %rdx
        movq    %rdx, 24(%rsp,%rcx,8)
        decl    %ecx
        jnz     1b
        movq    16(%rbp), %rcx
        movq    24(%rbp), %rdx
        movq    32(%rbp), %r8
        movq    40(%rbp), %r9
        movq    -40(%rbp), %xmm0
        movq    -32(%rbp), %xmm1
        movq    -24(%rbp), %xmm2
        movq    -16(%rbp), %xmm3
        call    *%rax
        movq    %rax, -40(%rbp)
        movq    %xmm0, -32(%rbp)
        movl    %ebx, %ecx
        leaq    -40(%rbp), %rdx
        call    trace_leave
        movq    -40(%rbp), %rax
        movq    -32(%rbp), %xmm0
        movq    -8(%rbp), %rbx
        leave
        .cfi_def_cfa %rsp, 8
        ret
        .cfi_endproc
        .size   trace_entry, . - trace_entry

        .section .note.GNU-stack, "", @progbits
