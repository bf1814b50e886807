"""Facts about the DLLs that every Windows has: their names, and export ordinals that programs rely on.

A DLL named here exists in windlass even where none of its functions does: a program that imports it loads,
and stops with the function's name when it calls one that is missing.

Source: Microsoft, "API documentation by DLL"; the import libraries of the Windows SDK for the ordinals.
"""

from __future__ import annotations

__all__ = ["ordinals", "system_dlls"]

_SYSTEM_DLLS = """
    aclui activeds actxprxy adsldpc advapi32 advpack amsi apphelp atl authz avicap32 avifil32 avrt
    bcrypt bcryptprimitives bluetoothapis browcli bthprops.cpl cabinet cfgmgr32 clfsw32 clusapi combase
    comcat comctl32 comdlg32 coremessaging credssp credui crypt32 cryptbase cryptdlg cryptnet cryptsp
    cryptui cryptxml cscapi d2d1 d3d10 d3d10_1 d3d10core d3d10level9 d3d11 d3d12 d3d8thk d3d9
    d3dcompiler_47 d3dcsx d3dscache davclnt dbgcore dbgeng dbghelp dbgmodel dciman32 dcomp ddraw devenum
    devobj devrtl dfscli dhcpcsvc dhcpcsvc6 dhcpsapi difxapi dinput dinput8 dnsapi dplayx dpnet dpx drt
    drtprov drttransport drvstore dsound dsprop dsquery dsrole dssec dsuiext duser dwmapi dwrite dxcore
    dxdiagn dxgi dxtrans dxva2 eappcfg eappprxy efsutil elscore esent evr explorerframe faultrep
    feclient fhsvcctl firewallapi fltlib fontsub fwpuclnt gameux gdi32 gdi32full gdiplus glu32 gpapi
    gpedit hbaapi hhctrl.ocx hid hlink hnetcfg httpapi icm32 icmp icmui icu icuin icuuc ieframe iertutil
    imagehlp imgutil imm32 inetcomm inkobjcore inseng iphlpapi iprop iscsidsc itircl itss kerberos
    kernel32 kernelbase ksuser ktmw32 loadperf logoncli lz32 magnification mapi32 mapistub mcicda
    mciwave mdmregistration mf mfcaptureengine mfcore mferror mfplat mfplay mfreadwrite mfsensorgroup
    mfsrcsnk mgmtapi midimap mlang mmdevapi mpr mprapi mprmsg msacm32 msasn1 mscat32 mscms mscoree msctf
    msctfmonitor msdelta msdmo msdrm msftedit mshtml msi msident msimg32 msimtf msls31 mspatcha mspatchc
    msports msrating mssign32 mssip32 mstask msv1_0 msvcp_win msvcrt msvfw32 mswsock msxml3 msxml6 mtxdm
    mtxex mtxoci ncrypt ndfapi netapi32 netcfgx netprofm netsh netutils newdev ninput nlaapi normaliz
    nsi ntdll ntdsapi ntlanman ntmarta ntshrui objsel odbc32 odbccp32 offreg ole32 oleacc oleaut32
    oledb32 oledlg olepro32 opengl32 p2p p2pgraph pcwum pdh powrprof prntvpt profapi propsys psapi qasf
    qcap qdvd qedit quartz query qwave rasapi32 rasdlg rasman reagent regapi resutils rometadata rpcrt4
    rstrtmgr rtm rtutils rtworkq samcli samlib sas scarddlg scecli schannel schedcli scrobj scrrun
    sechost secur32 security sensapi setupapi sfc sfc_os shcore shdocvw shell32 shfolder shlwapi slc
    slcext slwga snmpapi softpub spoolss spp srclient srpapi srumapi srvcli sspicli sspisrv sti
    structuredquery svrapi sxs t2embed tapi32 taskschd tbs tdh tokenbinding traffic tspkg twinapi
    twinapi.appcore txfw32 tzres ucrtbase uianimation uiautomationcore uiribbon umpdc unattend urlmon
    user32 userenv usp10 uxtheme vdmdbg version vfwwdm32 virtdisk vssapi wbemprox wcmapi wdi wdscore
    webauthn webio webservices websocket wecapi wer wevtapi win32u winbio winbrand windows.storage
    windows.ui windowscodecs windowscodecsext winhttp winhvplatform wininet winmm winmmbase winnsi
    winscard winspool.drv winsta winsync wintrust wintypes winusb wkscli wlanapi wlanui wldap32 wldp
    wmasf wmi wmiclnt wmvcore wofutil wow64 wow64cpu wow64win wpcapi wpcwebfilter ws2_32 wscapi wsclient
    wsdapi wsmsvc wsnmp32 wsock32 wtsapi32 wuapi xaudio2_8 xaudio2_9 xinput1_4 xinput9_1_0 xinputuap
    xmllite xolehlp xpsprint xpsservices
"""

# Linkers bind these DLLs' functions by ordinal, so the numbers never change.
_ORDINALS = {
    "shlwapi.dll": """
    ParseURLA=1 ParseURLW=2 SHCreateMemStream=12 StrCmpNCA=151 StrCmpNCW=152 StrCmpNICA=153
    StrCmpNICW=154 StrCmpCA=155 StrCmpCW=156 StrCmpICA=157 StrCmpICW=158 IUnknown_AtomicRelease=169
    IUnknown_SetSite=174 IUnknown_QueryService=176 IStream_Read=184 IUnknown_Set=199 IStream_Write=212
    IStream_Reset=213 IStream_Size=214 SHAnsiToUnicode=215 SHAnsiToUnicodeCP=216 SHUnicodeToAnsi=217
    SHUnicodeToAnsiCP=218 QISearch=219 IUnknown_GetSite=256 SHAnsiToAnsi=345 SHUnicodeToUnicode=346
    SHLoadIndirectString=487
    """,
    "shell32.dll": """
    ILFindLastID=16 ILRemoveLastID=17 ILClone=18 ILCloneFirst=19 ILIsEqual=21 ILIsParent=23
    ILFindChild=24 ILCombine=25 ILGetSize=152 ILGetNext=153 ILAppendID=154 ILFree=155
    SHSimpleIDListFromPath=162 SHCreateDirectory=165 ILCreateFromPathA=189 ILCreateFromPathW=190
    SHFree=195 SHAlloc=196 IsUserAnAdmin=680
    """,
    "odbc32.dll": """
    SQLAllocConnect=1 SQLAllocEnv=2 SQLAllocStmt=3 SQLBindCol=4 SQLCancel=5 SQLColAttributes=6
    SQLConnect=7 SQLDescribeCol=8 SQLDisconnect=9 SQLError=10 SQLExecDirect=11 SQLExecute=12 SQLFetch=13
    SQLFreeConnect=14 SQLFreeEnv=15 SQLFreeStmt=16 SQLGetCursorName=17 SQLNumResultCols=18 SQLPrepare=19
    SQLRowCount=20 SQLSetCursorName=21 SQLSetParam=22 SQLTransact=23 SQLAllocHandle=24 SQLBindParam=25
    SQLCloseCursor=26 SQLColAttribute=27 SQLCopyDesc=28 SQLEndTran=29 SQLFetchScroll=30 SQLFreeHandle=31
    SQLGetConnectAttr=32 SQLGetDescField=33 SQLGetDescRec=34 SQLGetDiagField=35 SQLGetDiagRec=36
    SQLGetEnvAttr=37 SQLGetStmtAttr=38 SQLSetConnectAttr=39 SQLColumns=40 SQLDriverConnect=41
    SQLGetConnectOption=42 SQLGetData=43 SQLGetFunctions=44 SQLGetInfo=45 SQLGetStmtOption=46
    SQLGetTypeInfo=47 SQLParamData=48 SQLPutData=49 SQLSetConnectOption=50 SQLSetStmtOption=51
    SQLSpecialColumns=52 SQLStatistics=53 SQLTables=54 SQLBrowseConnect=55 SQLColumnPrivileges=56
    SQLDataSources=57 SQLDescribeParam=58 SQLExtendedFetch=59 SQLForeignKeys=60 SQLMoreResults=61
    SQLNativeSql=62 SQLNumParams=63 SQLParamOptions=64 SQLPrimaryKeys=65 SQLProcedureColumns=66
    SQLProcedures=67 SQLSetPos=68 SQLSetScrollOptions=69 SQLTablePrivileges=70 SQLDrivers=71
    SQLBindParameter=72 SQLSetDescField=73 SQLSetDescRec=74 SQLSetEnvAttr=75 SQLSetStmtAttr=76
    SQLAllocHandleStd=77 SQLBulkOperations=78 SQLColAttributesW=106 SQLConnectW=107 SQLDescribeColW=108
    SQLErrorW=110 SQLExecDirectW=111 SQLGetCursorNameW=117 SQLPrepareW=119 SQLSetCursorNameW=121
    SQLColAttributeW=127 SQLGetConnectAttrW=132 SQLGetDescFieldW=133 SQLGetDescRecW=134
    SQLGetDiagFieldW=135 SQLGetDiagRecW=136 SQLGetStmtAttrW=138 SQLSetConnectAttrW=139 SQLColumnsW=140
    SQLDriverConnectW=141 SQLGetConnectOptionW=142 SQLGetInfoW=145 SQLGetTypeInfoW=147
    SQLSetConnectOptionW=150 SQLSpecialColumnsW=152 SQLStatisticsW=153 SQLTablesW=154
    SQLBrowseConnectW=155 SQLColumnPrivilegesW=156 SQLDataSourcesW=157 SQLForeignKeysW=160
    SQLNativeSqlW=162 SQLPrimaryKeysW=165 SQLProcedureColumnsW=166 SQLProceduresW=167
    SQLTablePrivilegesW=170 SQLDriversW=171 SQLSetDescFieldW=173 SQLSetStmtAttrW=176
    SQLColAttributesA=206 SQLConnectA=207 SQLDescribeColA=208 SQLErrorA=210 SQLExecDirectA=211
    SQLGetCursorNameA=217 SQLPrepareA=219 SQLSetCursorNameA=221 SQLColAttributeA=227
    SQLGetConnectAttrA=232 SQLGetDescFieldA=233 SQLGetDescRecA=234 SQLGetDiagFieldA=235
    SQLGetDiagRecA=236 SQLGetStmtAttrA=238 SQLSetConnectAttrA=239 SQLColumnsA=240 SQLDriverConnectA=241
    SQLGetConnectOptionA=242 SQLGetInfoA=245 SQLGetTypeInfoA=247 SQLSetConnectOptionA=250
    SQLSpecialColumnsA=252 SQLStatisticsA=253 SQLTablesA=254 SQLBrowseConnectA=255
    SQLColumnPrivilegesA=256 SQLDataSourcesA=257 SQLForeignKeysA=260 SQLNativeSqlA=262
    SQLPrimaryKeysA=265 SQLProcedureColumnsA=266 SQLProceduresA=267 SQLTablePrivilegesA=270
    SQLDriversA=271 SQLSetDescFieldA=273 SQLSetStmtAttrA=276
    """,
    "comctl32.dll": """
    InitCommonControls=17 DSA_Create=320 DSA_Destroy=321 DSA_GetItem=322 DSA_GetItemPtr=323
    DSA_InsertItem=324 DSA_SetItem=325 DSA_DeleteItem=326 DSA_DeleteAllItems=327 DPA_Create=328
    DPA_Destroy=329 DPA_Grow=330 DPA_Clone=331 DPA_GetPtr=332 DPA_GetPtrIndex=333 DPA_InsertPtr=334
    DPA_SetPtr=335 DPA_DeletePtr=336 DPA_DeleteAllPtrs=337 DPA_Sort=338 DPA_Search=339 DPA_CreateEx=340
    DPA_EnumCallback=385 DPA_DestroyCallback=386 DSA_EnumCallback=387 DSA_DestroyCallback=388
    SetWindowSubclass=410 GetWindowSubclass=411 RemoveWindowSubclass=412 DefSubclassProc=413
    """,
    "ws2_32.dll": """
    accept=1 bind=2 closesocket=3 connect=4 getpeername=5 getsockname=6 getsockopt=7 htonl=8 htons=9
    ioctlsocket=10 inet_addr=11 inet_ntoa=12 listen=13 ntohl=14 ntohs=15 recv=16 recvfrom=17 select=18
    send=19 sendto=20 setsockopt=21 shutdown=22 socket=23 gethostbyaddr=51 gethostbyname=52
    getprotobyname=53 getprotobynumber=54 getservbyname=55 getservbyport=56 gethostname=57
    WSAAsyncSelect=101 WSAAsyncGetHostByAddr=102 WSAAsyncGetHostByName=103 WSAAsyncGetProtoByNumber=104
    WSAAsyncGetProtoByName=105 WSAAsyncGetServByPort=106 WSAAsyncGetServByName=107
    WSACancelAsyncRequest=108 WSASetBlockingHook=109 WSAUnhookBlockingHook=110 WSAGetLastError=111
    WSASetLastError=112 WSACancelBlockingCall=113 WSAIsBlocking=114 WSAStartup=115 WSACleanup=116
    __WSAFDIsSet=151 WEP=500
    """,
    "wsock32.dll": """
    accept=1 bind=2 closesocket=3 connect=4 getpeername=5 getsockname=6 getsockopt=7 htonl=8 htons=9
    inet_addr=10 inet_ntoa=11 ioctlsocket=12 listen=13 ntohl=14 ntohs=15 recv=16 recvfrom=17 select=18
    send=19 sendto=20 setsockopt=21 shutdown=22 socket=23 MigrateWinsockConfiguration=24
    gethostbyaddr=51 gethostbyname=52 getprotobyname=53 getprotobynumber=54 getservbyname=55
    getservbyport=56 gethostname=57 WSAAsyncSelect=101 WSAAsyncGetHostByAddr=102
    WSAAsyncGetHostByName=103 WSAAsyncGetProtoByNumber=104 WSAAsyncGetProtoByName=105
    WSAAsyncGetServByPort=106 WSAAsyncGetServByName=107 WSACancelAsyncRequest=108
    WSASetBlockingHook=109 WSAUnhookBlockingHook=110 WSAGetLastError=111 WSASetLastError=112
    WSACancelBlockingCall=113 WSAIsBlocking=114 WSAStartup=115 WSACleanup=116 __WSAFDIsSet=151 WEP=500
    inet_network=1100 getnetbyname=1101 rcmd=1102 rexec=1103 rresvport=1104 sethostname=1105
    dn_expand=1106 WSARecvEx=1107 s_perror=1108 GetAddressByNameA=1109 GetAddressByNameW=1110
    EnumProtocolsA=1111 EnumProtocolsW=1112 GetTypeByNameA=1113 GetTypeByNameW=1114
    GetNameByTypeA=1115 GetNameByTypeW=1116 SetServiceA=1117 SetServiceW=1118 GetServiceA=1119
    GetServiceW=1120 NPLoadNameSpaces=1130 TransmitFile=1140 AcceptEx=1141 GetAcceptExSockaddrs=1142
    """,
    "oleaut32.dll": """
    SysAllocString=2 SysReAllocString=3 SysAllocStringLen=4 SysReAllocStringLen=5 SysFreeString=6
    SysStringLen=7 VariantInit=8 VariantClear=9 VariantCopy=10 VariantCopyInd=11 VariantChangeType=12
    VariantTimeToDosDateTime=13 DosDateTimeToVariantTime=14 SafeArrayCreate=15 SafeArrayDestroy=16
    SafeArrayGetDim=17 SafeArrayGetElemsize=18 SafeArrayGetUBound=19 SafeArrayGetLBound=20
    SafeArrayLock=21 SafeArrayUnlock=22 SafeArrayAccessData=23 SafeArrayUnaccessData=24
    SafeArrayGetElement=25 SafeArrayPutElement=26 SafeArrayCopy=27 DispGetParam=28 DispGetIDsOfNames=29
    DispInvoke=30 CreateDispTypeInfo=31 CreateStdDispatch=32 RegisterActiveObject=33
    RevokeActiveObject=34 GetActiveObject=35 SafeArrayAllocDescriptor=36 SafeArrayAllocData=37
    SafeArrayDestroyDescriptor=38 SafeArrayDestroyData=39 SafeArrayRedim=40
    SafeArrayAllocDescriptorEx=41 SafeArrayCreateEx=42 SafeArrayCreateVectorEx=43
    SafeArraySetRecordInfo=44 SafeArrayGetRecordInfo=45 VarParseNumFromStr=46 VarNumFromParseNum=47
    VarI2FromUI1=48 VarI2FromI4=49 VarI2FromR4=50 VarI2FromR8=51 VarI2FromCy=52 VarI2FromDate=53
    VarI2FromStr=54 VarI2FromDisp=55 VarI2FromBool=56 SafeArraySetIID=57 VarI4FromUI1=58 VarI4FromI2=59
    VarI4FromR4=60 VarI4FromR8=61 VarI4FromCy=62 VarI4FromDate=63 VarI4FromStr=64 VarI4FromDisp=65
    VarI4FromBool=66 SafeArrayGetIID=67 VarR4FromUI1=68 VarR4FromI2=69 VarR4FromI4=70 VarR4FromR8=71
    VarR4FromCy=72 VarR4FromDate=73 VarR4FromStr=74 VarR4FromDisp=75 VarR4FromBool=76
    SafeArrayGetVartype=77 VarR8FromUI1=78 VarR8FromI2=79 VarR8FromI4=80 VarR8FromR4=81 VarR8FromCy=82
    VarR8FromDate=83 VarR8FromStr=84 VarR8FromDisp=85 VarR8FromBool=86 VarFormat=87 VarDateFromUI1=88
    VarDateFromI2=89 VarDateFromI4=90 VarDateFromR4=91 VarDateFromR8=92 VarDateFromCy=93
    VarDateFromStr=94 VarDateFromDisp=95 VarDateFromBool=96 VarFormatDateTime=97 VarCyFromUI1=98
    VarCyFromI2=99 VarCyFromI4=100 VarCyFromR4=101 VarCyFromR8=102 VarCyFromDate=103 VarCyFromStr=104
    VarCyFromDisp=105 VarCyFromBool=106 VarFormatNumber=107 VarBstrFromUI1=108 VarBstrFromI2=109
    VarBstrFromI4=110 VarBstrFromR4=111 VarBstrFromR8=112 VarBstrFromCy=113 VarBstrFromDate=114
    VarBstrFromDisp=115 VarBstrFromBool=116 VarFormatPercent=117 VarBoolFromUI1=118 VarBoolFromI2=119
    VarBoolFromI4=120 VarBoolFromR4=121 VarBoolFromR8=122 VarBoolFromDate=123 VarBoolFromCy=124
    VarBoolFromStr=125 VarBoolFromDisp=126 VarFormatCurrency=127 VarWeekdayName=128 VarMonthName=129
    VarUI1FromI2=130 VarUI1FromI4=131 VarUI1FromR4=132 VarUI1FromR8=133 VarUI1FromCy=134
    VarUI1FromDate=135 VarUI1FromStr=136 VarUI1FromDisp=137 VarUI1FromBool=138 VarFormatFromTokens=139
    VarTokenizeFormatString=140 VarAdd=141 VarAnd=142 VarDiv=143 OACreateTypeLib2=144
    DllCanUnloadNow=145 DispCallFunc=146 VariantChangeTypeEx=147 SafeArrayPtrOfIndex=148
    SysStringByteLen=149 SysAllocStringByteLen=150 DllGetClassObject=151 VarEqv=152 VarIdiv=153
    VarImp=154 VarMod=155 VarMul=156 VarOr=157 VarPow=158 VarSub=159 CreateTypeLib=160 LoadTypeLib=161
    LoadRegTypeLib=162 RegisterTypeLib=163 QueryPathOfRegTypeLib=164 LHashValOfNameSys=165
    LHashValOfNameSysA=166 VarXor=167 VarAbs=168 VarFix=169 OaBuildVersion=170 ClearCustData=171
    VarInt=172 VarNeg=173 VarNot=174 VarRound=175 VarCmp=176 VarDecAdd=177 VarDecDiv=178 VarDecMul=179
    CreateTypeLib2=180 VarDecSub=181 VarDecAbs=182 LoadTypeLibEx=183 SystemTimeToVariantTime=184
    VariantTimeToSystemTime=185 UnRegisterTypeLib=186 VarDecFix=187 VarDecInt=188 VarDecNeg=189
    VarDecFromUI1=190 VarDecFromI2=191 VarDecFromI4=192 VarDecFromR4=193 VarDecFromR8=194
    VarDecFromDate=195 VarDecFromCy=196 VarDecFromStr=197 VarDecFromDisp=198 VarDecFromBool=199
    GetErrorInfo=200 SetErrorInfo=201 CreateErrorInfo=202 VarDecRound=203 VarDecCmp=204 VarI2FromI1=205
    VarI2FromUI2=206 VarI2FromUI4=207 VarI2FromDec=208 VarI4FromI1=209 VarI4FromUI2=210 VarI4FromUI4=211
    VarI4FromDec=212 VarR4FromI1=213 VarR4FromUI2=214 VarR4FromUI4=215 VarR4FromDec=216 VarR8FromI1=217
    VarR8FromUI2=218 VarR8FromUI4=219 VarR8FromDec=220 VarDateFromI1=221 VarDateFromUI2=222
    VarDateFromUI4=223 VarDateFromDec=224 VarCyFromI1=225 VarCyFromUI2=226 VarCyFromUI4=227
    VarCyFromDec=228 VarBstrFromI1=229 VarBstrFromUI2=230 VarBstrFromUI4=231 VarBstrFromDec=232
    VarBoolFromI1=233 VarBoolFromUI2=234 VarBoolFromUI4=235 VarBoolFromDec=236 VarUI1FromI1=237
    VarUI1FromUI2=238 VarUI1FromUI4=239 VarUI1FromDec=240 VarDecFromI1=241 VarDecFromUI2=242
    VarDecFromUI4=243 VarI1FromUI1=244 VarI1FromI2=245 VarI1FromI4=246 VarI1FromR4=247 VarI1FromR8=248
    VarI1FromDate=249 VarI1FromCy=250 VarI1FromStr=251 VarI1FromDisp=252 VarI1FromBool=253
    VarI1FromUI2=254 VarI1FromUI4=255 VarI1FromDec=256 VarUI2FromUI1=257 VarUI2FromI2=258
    VarUI2FromI4=259 VarUI2FromR4=260 VarUI2FromR8=261 VarUI2FromDate=262 VarUI2FromCy=263
    VarUI2FromStr=264 VarUI2FromDisp=265 VarUI2FromBool=266 VarUI2FromI1=267 VarUI2FromUI4=268
    VarUI2FromDec=269 VarUI4FromUI1=270 VarUI4FromI2=271 VarUI4FromI4=272 VarUI4FromR4=273
    VarUI4FromR8=274 VarUI4FromDate=275 VarUI4FromCy=276 VarUI4FromStr=277 VarUI4FromDisp=278
    VarUI4FromBool=279 VarUI4FromI1=280 VarUI4FromUI2=281 VarUI4FromDec=282 BSTR_UserSize=283
    BSTR_UserMarshal=284 BSTR_UserUnmarshal=285 BSTR_UserFree=286 VARIANT_UserSize=287
    VARIANT_UserMarshal=288 VARIANT_UserUnmarshal=289 VARIANT_UserFree=290 LPSAFEARRAY_UserSize=291
    LPSAFEARRAY_UserMarshal=292 LPSAFEARRAY_UserUnmarshal=293 LPSAFEARRAY_UserFree=294
    LPSAFEARRAY_Size=295 LPSAFEARRAY_Marshal=296 LPSAFEARRAY_Unmarshal=297 VarDecCmpR8=298 VarCyAdd=299
    DllRegisterServer=300 DllUnregisterServer=301 VarCyMul=303 VarCyMulI4=304 VarCySub=305 VarCyAbs=306
    VarCyFix=307 VarCyInt=308 VarCyNeg=309 VarCyRound=310 VarCyCmp=311 VarCyCmpR8=312 VarBstrCat=313
    VarBstrCmp=314 VarR8Pow=315 VarR4CmpR8=316 VarR8Round=317 VarCat=318 VarDateFromUdateEx=319
    GetRecordInfoFromGuids=322 GetRecordInfoFromTypeInfo=323 SetVarConversionLocaleSetting=325
    GetVarConversionLocaleSetting=326 SetOaNoCache=327 VarCyMulI8=329 VarDateFromUdate=330
    VarUdateFromDate=331 GetAltMonthNames=332 VarI8FromUI1=333 VarI8FromI2=334 VarI8FromR4=335
    VarI8FromR8=336 VarI8FromCy=337 VarI8FromDate=338 VarI8FromStr=339 VarI8FromDisp=340
    VarI8FromBool=341 VarI8FromI1=342 VarI8FromUI2=343 VarI8FromUI4=344 VarI8FromDec=345 VarI2FromI8=346
    VarI2FromUI8=347 VarI4FromI8=348 VarI4FromUI8=349 VarR4FromI8=360 VarR4FromUI8=361 VarR8FromI8=362
    VarR8FromUI8=363 VarDateFromI8=364 VarDateFromUI8=365 VarCyFromI8=366 VarCyFromUI8=367
    VarBstrFromI8=368 VarBstrFromUI8=369 VarBoolFromI8=370 VarBoolFromUI8=371 VarUI1FromI8=372
    VarUI1FromUI8=373 VarDecFromI8=374 VarDecFromUI8=375 VarI1FromI8=376 VarI1FromUI8=377
    VarUI2FromI8=378 VarUI2FromUI8=379 UserHWND_from_local=380 UserHWND_to_local=381
    UserHWND_free_inst=382 UserHWND_free_local=383 UserBSTR_from_local=384 UserBSTR_to_local=385
    UserBSTR_free_inst=386 UserBSTR_free_local=387 UserVARIANT_from_local=388 UserVARIANT_to_local=389
    UserVARIANT_free_inst=390 UserVARIANT_free_local=391 UserEXCEPINFO_from_local=392
    UserEXCEPINFO_to_local=393 UserEXCEPINFO_free_inst=394 UserEXCEPINFO_free_local=395
    UserMSG_from_local=396 UserMSG_to_local=397 UserMSG_free_inst=398 UserMSG_free_local=399
    OleLoadPictureEx=401 OleLoadPictureFileEx=402 SafeArrayCreateVector=411 SafeArrayCopyData=412
    VectorFromBstr=413 BstrFromVector=414 OleIconToCursor=415 OleCreatePropertyFrameIndirect=416
    OleCreatePropertyFrame=417 OleLoadPicture=418 OleCreatePictureIndirect=419 OleCreateFontIndirect=420
    OleTranslateColor=421 OleLoadPictureFile=422 OleSavePictureFile=423 OleLoadPicturePath=424
    VarUI4FromI8=425 VarUI4FromUI8=426 VarI8FromUI8=427 VarUI8FromI8=428 VarUI8FromUI1=429
    VarUI8FromI2=430 VarUI8FromR4=431 VarUI8FromR8=432 VarUI8FromCy=433 VarUI8FromDate=434
    VarUI8FromStr=435 VarUI8FromDisp=436 VarUI8FromBool=437 VarUI8FromI1=438 VarUI8FromUI2=439
    VarUI8FromUI4=440 VarUI8FromDec=441 RegisterTypeLibForUser=442 UnRegisterTypeLibForUser=443
    """,
}


def system_dlls() -> list[str]:
    """The names, without ".dll" where that is the extension."""
    return _SYSTEM_DLLS.split()


def ordinals(dll: str) -> dict[str, int]:
    """The fixed ordinals of a DLL's exports by name; {} for most DLLs, whose ordinals mean nothing."""
    pairs = (pair.partition("=") for pair in _ORDINALS.get(dll, "").split())
    return {name: int(number) for name, _, number in pairs}
